/** Operators that break the form of a file. */
import { valueAt } from "../../../platform/spec/path.ts";
import { blocksOf, valuesOf } from "./catalogue.ts";
import { pick } from "./draw.ts";
import {
  type Expectation,
  inFile,
  inSpec,
  type Mutation,
  type Operator,
  reading,
  readingOf,
} from "./mutant.ts";
import { anyTeam, type Sample } from "./sample.ts";
import {
  addKey,
  type Mark,
  type Place,
  remove,
  type StackText,
  write,
  writeKey,
} from "./stack-text.ts";

const unknownKey: Operator = {
  name: "misspelt key",
  kind: "shape",
  code: "unknown-key",
  apply: (draw, sample) => {
    const { place, keys, needs } = pick(draw, blocksOf(sample));
    const key = pick(draw, keys);
    const typo = pick(draw, [`${key}x`, `x${key}`, key.toUpperCase(), `${key.slice(0, 1)}${key}`]);
    return addition(place, needs, typo, `write "${key}"`);
  },
};

const foreignKey: Operator = {
  name: "key that nobody knows",
  kind: "shape",
  code: "unknown-key",
  apply: (draw, sample) => {
    const { place, needs } = pick(draw, blocksOf(sample));
    const key = pick(draw, [
      "constructor",
      "hasOwnProperty",
      "somethingElse",
      "<<",
      "~",
      "12345",
      "a.b",
    ]);
    return addition(place, needs, key, "remove it");
  },
};

function addition(block: Place, needs: readonly Place[], key: string, fix: string): Mutation {
  const path = [...block.path, key];
  return {
    touches: [{ ...block, path }],
    needs,
    edit: (stack) => [{ path, at: addKey(stack, block, key, "1"), fix }],
  };
}

const missingKey: Operator = {
  name: "missing key",
  kind: "shape",
  code: "missing-key",
  apply: (draw, sample) => {
    const { place, required, needs } = pick(
      draw,
      blocksOf(sample).filter((block) => block.required.length > 0),
    );
    const key = pick(draw, required);
    const gone = { ...place, path: [...place.path, key] };
    return {
      touches: [isItem(place) ? place : gone, ...(key === "from" ? readingOf(gone) : [])],
      needs: needs.filter((need) => need.path.at(-1) !== key),
      edit: (stack) => {
        const at = isItem(place) ? rewritten(stack, place, sample, key) : without(stack, gone);
        return [{ path: gone.path, at, fix: `add "${key}"` }];
      },
    };
  },
};

function isItem({ path }: Place): boolean {
  return typeof path.at(-1) === "number";
}

/** Takes a key away; the lack of it stands at the key of its block. */
function without(stack: StackText, gone: Place): Expectation["at"] {
  remove(stack, gone);
  const block = { ...gone, path: gone.path.slice(0, -1) };
  return block.path.length === 0 ? { startOf: block.file } : writeKey(stack, block);
}

/** An item of a list has no key; the lack stands at the item. */
function rewritten(stack: StackText, item: Place, { spec }: Sample, key: string): Mark {
  const value = Object.entries(valueAt(spec, item.path) ?? {}).filter(([name]) => name !== key);
  return write(stack, item, JSON.stringify(Object.fromEntries(value)));
}

const badKey: Operator = {
  name: "bad name",
  kind: "shape",
  code: "bad-format",
  also: ["file-not-found", "unknown-team"],
  apply: (draw, { spec }) => {
    const entries = {
      ...(spec.pools && { pools: "{ machine: sim-cpu-2, nodes: 1 }" }),
      teams: anyTeam(spec),
      services: "{ from: nobody/thing, replicas: 2 }",
    };
    const [block, entry] = pick(draw, Object.entries(entries));
    const key = pick(draw, badNames);
    const path = [block, key];
    return {
      touches: [inSpec(...path)],
      edit: (stack) => [{ path, at: addKey(stack, inSpec(block), key, entry), fix: "rename it" }],
    };
  },
};

const badNames = ["Bad_Name", "UPPER", "toString", "9lives", "a.b", `a${"b".repeat(40)}`];

const wrongBlock: Operator = {
  name: "no block where one must be",
  kind: "shape",
  code: "wrong-type",
  apply: (draw, sample) => {
    const blocks = blocksOf(sample).filter(({ place }) => place.path.length > 0);
    const keys = ["teams", "services", ...(sample.spec.pools ? ["pools"] : [])];
    const maps = keys.map((key) => ({ place: inSpec(key), needs: [] }));
    const { place, needs } = pick(draw, [...blocks, ...maps]);
    const raw = pick(draw, ["[1]", "text", "5", "~", "[]"]);
    // A machine may be a name.
    if (place.path.at(-1) === "machine" && raw === "text") return undefined;
    return {
      touches: [place, ...readingOf(place)],
      needs,
      edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
    };
  },
};

const wrongCloud: Operator = {
  name: "cloud that does not exist",
  kind: "shape",
  code: "not-allowed",
  apply: (draw) => {
    const place = inSpec("cloud");
    const raw = pick(draw, ["loca", "mars", "Local", "~", "5"]);
    return {
      touches: [place],
      edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
    };
  },
};

const wrongServer: Operator = {
  name: "server that does not exist",
  kind: "shape",
  code: "not-allowed",
  apply: (draw, { services }) => {
    if (services.length === 0) return undefined;
    const { from, name } = pick(draw, services);
    const place = inFile(from, "server");
    return {
      touches: [place],
      needs: [reading(name)],
      edit: (stack) => [
        { path: place.path, at: write(stack, place, "tritonn"), fix: 'write "triton"' },
      ],
    };
  },
};

const halfBounds: Operator = {
  name: "bounds with a slip inside",
  kind: "shape",
  code: "out-of-range",
  apply: (draw, sample) => {
    const sizes = valuesOf(sample).filter(({ form }) => form === "size");
    if (sizes.length === 0) return undefined;
    const { place, needs } = pick(draw, sizes);
    const path = [...place.path, "max"];
    return {
      touches: [place],
      needs,
      edit: (stack) => [{ path, at: write(stack, place, "5000 }", "{ min: 0, max: ") }],
    };
  },
};

export const shapeOperators: readonly Operator[] = [
  unknownKey,
  foreignKey,
  missingKey,
  badKey,
  wrongBlock,
  wrongCloud,
  wrongServer,
  halfBounds,
];
