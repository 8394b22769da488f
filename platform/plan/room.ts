/** Whether what is planned fits into the pools, node by node. */
import { milliCpus, showMebibytes } from "../units.ts";
import type { Needs } from "./needs.ts";
import type { NodeCapacity, PoolPlan } from "./plan.ts";

/** Replicas of one service on a pool. */
export interface Demand {
  readonly name: string;
  readonly needs: Needs;
  readonly replicas: number;
  /** Whether a rollout may take one more replica, if there is room. */
  readonly mayGrow: boolean;
}

/** How demands fit into a pool. */
export interface Packing {
  /** Replicas that find a place. */
  readonly placed: number;
  /** Services with room for one more replica, all of them at once. */
  readonly spare: ReadonlySet<string>;
}

interface Free {
  milliCpu: number;
  memoryMiB: number;
  ephemeralMiB: number;
  gpus: number;
  pods: number;
}

/** Packs the largest replicas first, each on the first node with room, then one more of each service that may grow. */
export function pack(pool: PoolPlan, demands: readonly Demand[]): Packing {
  const nodes = Array.from({ length: pool.nodes.max }, () => freeOf(pool.capacity));
  const sorted = demands.toSorted(bySize);
  const placed = sorted.reduce((sum, { needs, replicas }) => sum + take(needs, replicas, nodes), 0);
  const spare = sorted.filter(({ needs, mayGrow }) => mayGrow && take(needs, 1, nodes) === 1);
  return { placed, spare: new Set(spare.map(({ name }) => name)) };
}

/** What all replicas ask for together, for a message. */
export function showDemand(demands: readonly Demand[]): string {
  const sum = (key: keyof Needs) =>
    demands.reduce((total, { needs, replicas }) => total + needs[key] * replicas, 0);
  const parts = [
    `${sum("milliCpu") / 1000} CPUs`,
    showMebibytes(sum("memoryMiB")),
    ...(sum("gpus") > 0 ? [`${sum("gpus")} GPUs`] : []),
    `${showMebibytes(sum("ephemeralMiB"))} of disk`,
  ];
  return `${replicasOf(demands)} replicas ask for ${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** Number of replicas, whether they find a place or not. */
export function replicasOf(demands: readonly Demand[]): number {
  return demands.reduce((sum, { replicas }) => sum + replicas, 0);
}

function freeOf({ cpu, memoryMiB, ephemeralStorageMiB, gpu, pods }: NodeCapacity): Free {
  return {
    milliCpu: milliCpus(cpu),
    memoryMiB,
    ephemeralMiB: ephemeralStorageMiB,
    gpus: gpu?.count ?? 0,
    pods,
  };
}

/** By needs, then by name, so that the order in the spec changes nothing. */
function bySize(a: Demand, b: Demand): number {
  return (
    b.needs.gpus - a.needs.gpus ||
    b.needs.memoryMiB - a.needs.memoryMiB ||
    b.needs.milliCpu - a.needs.milliCpu ||
    b.needs.ephemeralMiB - a.needs.ephemeralMiB ||
    Number(a.name > b.name) - Number(a.name < b.name)
  );
}

/** Places up to `wanted` replicas and returns how many found room. */
function take(needs: Needs, wanted: number, nodes: readonly Free[]): number {
  let left = wanted;
  for (const node of nodes) {
    if (left === 0) break;
    const count = Math.min(left, roomOf(needs, node));
    node.milliCpu -= count * needs.milliCpu;
    node.memoryMiB -= count * needs.memoryMiB;
    node.ephemeralMiB -= count * needs.ephemeralMiB;
    node.gpus -= count * needs.gpus;
    node.pods -= count;
    left -= count;
  }
  return wanted - left;
}

/** How many replicas fit on what is free of a node. Every replica needs some of all but GPUs. */
function roomOf(needs: Needs, free: Free): number {
  return Math.min(
    free.pods,
    Math.floor(free.milliCpu / needs.milliCpu),
    Math.floor(free.memoryMiB / needs.memoryMiB),
    Math.floor(free.ephemeralMiB / needs.ephemeralMiB),
    needs.gpus === 0 ? free.pods : Math.floor(free.gpus / needs.gpus),
  );
}
