/** Operators that break the YAML of a file, or what YAML lets pass and a spec must not have. */
import { blocksOf } from "./catalogue.ts";
import { type Draw, pick } from "./draw.ts";
import { type Operator, reading } from "./mutant.ts";
import { fileOf, type Sample, specFile } from "./sample.ts";
import { addKey, append, type Place } from "./stack-text.ts";

const duplicateKey: Operator = {
  name: "key that stands twice",
  kind: "shape",
  code: "duplicate-key",
  apply: (draw, sample) => {
    const { place, required, needs } = pick(
      draw,
      blocksOf(sample).filter((block) => block.required.length > 0),
    );
    const key = pick(draw, required);
    const path = [...place.path, key];
    return {
      touches: [{ ...place, path }],
      needs,
      edit: (stack) => [{ path, at: addKey(stack, place, key, "1"), fix: "keep one" }],
    };
  },
};

const reservedKey: Operator = {
  name: "key that JavaScript reserves",
  kind: "shape",
  code: "bad-format",
  apply: (draw, sample) => {
    const { place, needs } = pick(draw, blocksOf(sample));
    const path = [...place.path, "__proto__"];
    return {
      touches: [{ ...place, path }],
      needs,
      edit: (stack) => [{ path, at: addKey(stack, place, "__proto__", "{ polluted: true }") }],
    };
  },
};

/** Each line is refused where it stands; the lead belongs to the line before. */
const brokenLines: readonly { readonly lead?: string; readonly raw: string }[] = [
  { raw: "@at: 1" },
  { raw: "`tick: 1" },
  { lead: "x: ", raw: "*nothing" },
  { lead: "x: &loop [", raw: "*loop]" },
  { lead: "x: ", raw: "!vault secret" },
  { lead: "x: ", raw: "!!binary aGk=" },
  { lead: "x: a", raw: ": b" },
  { lead: "x: [1", raw: "}]" },
  { lead: "? ", raw: "[a, b]" },
  { raw: "---\nversion: 1" },
];

const brokenYaml: Operator = {
  name: "broken YAML",
  kind: "shape",
  code: "yaml-syntax",
  apply: (draw, sample) => {
    const { file, needs } = anyFile(draw, sample);
    const { lead = "", raw } = pick(draw, brokenLines);
    return {
      touches: [{ file, path: [] }],
      needs,
      edit: (stack) => [{ path: [], at: append(stack, file, raw, lead), anyColumn: true }],
    };
  },
};

const allBroken: Operator = {
  name: "broken service file beside a broken spec",
  kind: "shape",
  code: "yaml-syntax",
  apply: (draw, { services }) => {
    if (services.length === 0) return undefined;
    const { name, from } = pick(draw, services);
    const files = [specFile, fileOf(from)];
    return {
      touches: files.map((file) => ({ file, path: [] })),
      needs: [reading(name)],
      edit: (stack) =>
        files.map((file) => {
          const { lead = "", raw } = pick(draw, brokenLines);
          return { path: [], at: append(stack, file, raw, lead), anyColumn: true };
        }),
    };
  },
};

const aliasBomb: Operator = {
  name: "aliases that unfold to millions of values",
  kind: "shape",
  code: "yaml-syntax",
  apply: (draw, sample) => {
    const { file, needs } = anyFile(draw, sample);
    const lists = ["a", "b", "c", "d", "e"].map((name, index, names) => {
      const item = index === 0 ? "1" : `*${names[index - 1]}`;
      return `&${name} [${Array(20).fill(item).join(", ")}]`;
    });
    return {
      touches: [{ file, path: [] }],
      needs,
      edit: (stack) => [
        { path: [], at: append(stack, file, `x: [${lists.join(", ")}]`), anyColumn: true },
      ],
    };
  },
};

function anyFile(draw: Draw, { services }: Sample): { file: string; needs: readonly Place[] } {
  return pick(draw, [
    { file: specFile, needs: [] },
    ...services.map(({ name, from }) => ({ file: fileOf(from), needs: [reading(name)] })),
  ]);
}

export const syntaxOperators: readonly Operator[] = [
  duplicateKey,
  reservedKey,
  brokenYaml,
  allBroken,
  aliasBomb,
];
