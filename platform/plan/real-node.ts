/** Gives this machine a place among the pools of the embedded cluster. */
import type { Site } from "../contracts/site.ts";
import type { Judgement } from "./judgement.ts";
import type { PlannedPools } from "./node-pools.ts";
import type { PoolPlan } from "./plan.ts";

/** Stands for the type of machine of a real node, whatever it is. */
const thisMachine = "this-machine";

/** What a person can do who has no larger machine. */
export const withoutRealNode = "do with simulated nodes (--node=simulated)";

/**
 * With a real node, the first pool without GPUs has it as its only one: simulated nodes beside it would take pods that then
 * answer nobody. The other pools stay as they are.
 */
export function placeRealNode(
  pools: PlannedPools,
  { realNode }: Site,
  judge: Judgement,
): PlannedPools {
  if (realNode === undefined) return pools;
  // A pool that is unclear may be the one: then nobody has the node, or a pool behind it would be judged by it.
  const own = [...pools.values()].find((pool) => pool?.capacity.gpu === undefined);
  if (own === undefined) {
    judge.note("no pool is without GPUs, so nothing runs on this machine's real node");
    return pools;
  }
  const { name, capacity } = realNode;
  judge.note(
    `pool ${own.name}: this machine is its one real node, in place of ${own.nodes.max} x ${own.machine}`,
  );
  const real: PoolPlan = {
    ...own,
    machine: thisMachine,
    nodes: { min: 1, max: 1 },
    capacity,
    node: name,
  };
  return new Map([...pools].map(([key, pool]) => [key, pool === own ? real : pool]));
}
