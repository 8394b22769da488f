/** Operators that are about which cluster a stack is on: one that is made, or one that exists. */
import { type Draw, pick } from "./draw.ts";
import { meaning } from "./meaning.ts";
import { type Apply, inFile, inSpec, type Mutation, type Operator, reading } from "./mutant.ts";
import type { Sample } from "./sample.ts";
import { addKey, type Place, remove, write, writeKey } from "./stack-text.ts";

export const clusterOperators: readonly Operator[] = [
  ofExisting("pools of a stack", "pools", () => ({
    block: inSpec(),
    raw: "{ cpu: { machine: sim-cpu-2, nodes: 1 } }",
  })),
  ofExisting("pools of a team", "pools", (draw, { spec }) => ({
    block: inSpec("teams", pick(draw, Object.keys(spec.teams))),
    raw: pick(draw, ["[cpu]", "[]", "~"]),
  })),
  ofExisting("pool of a service", "pool", (draw, { services }) =>
    services.length === 0
      ? undefined
      : { block: inSpec("services", pick(draw, services).name), raw: pick(draw, ["cpu", "5"]) },
  ),
  badChoice("cluster that is both made and there", '{ version: "1.36", use: { context: mine } }'),
  badChoice("cluster that is neither made nor there", "{}"),
  meaning("missing-key", "model without a store on a cluster that exists", (_draw, sample) => {
    const served = sample.services.find(({ file }) => file.model !== undefined);
    if (sample.spec.pools !== undefined || served === undefined) return undefined;
    const place = inSpec("kubernetes", "use", "modelStore");
    return {
      touches: [place],
      needs: [
        inSpec("kubernetes"),
        reading(served.name),
        inSpec("services", served.name),
        inFile(served.from, "model"),
      ],
      edit: (stack) => {
        remove(stack, place);
        const at = writeKey(stack, inSpec("kubernetes", "use"));
        return [{ path: place.path, at, fix: 'add "modelStore"' }];
      },
    };
  }),
];

/** A key that only a stack may have whose nodes are ours. */
function ofExisting(
  name: string,
  key: string,
  choose: (draw: Draw, sample: Sample) => { block: Place; raw: string } | undefined,
): Operator {
  const apply: Apply = (draw, sample) => {
    const chosen = sample.spec.pools === undefined ? choose(draw, sample) : undefined;
    return chosen && added(key, chosen.block, chosen.raw);
  };
  return {
    name: `${name}, where the nodes are not ours`,
    kind: "shape",
    code: "not-allowed",
    apply,
  };
}

function added(key: string, block: Place, raw: string): Mutation {
  const path = [...block.path, key];
  return {
    touches: [inSpec(...path)],
    needs: [inSpec("kubernetes")],
    edit: (stack) => [{ path, at: addKey(stack, block, key, raw), fix: `remove "${key}"` }],
  };
}

function badChoice(name: string, raw: string): Operator {
  const place = inSpec("kubernetes");
  return {
    name,
    kind: "shape",
    code: "not-allowed",
    apply: () => ({
      touches: [place],
      edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
    }),
  };
}
