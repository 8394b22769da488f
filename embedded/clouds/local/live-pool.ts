/** What a pool's nodes are, in the words of the pool. */
import { isDeepStrictEqual } from "node:util";
import type { Taint } from "../../kubernetes/nodes.ts";
import {
  conditionOf,
  type KubernetesObject,
  read,
  readList,
  readString,
  readStrings,
} from "../../kubernetes/objects.ts";
import { amountOf } from "../kubernetes/quantity.ts";
import type { Inputs, Output, Outputs } from "../property-value.ts";
import { machineLabel, type NodePool } from "./node-pool.ts";

/**
 * The inputs that `nodes` live up to: `oldInputs` where each of them is as the pool wants it, else what the first one has
 * that is not. Labels and resources that the pool does not name are not looked at.
 */
export function liveNodePool(
  oldInputs: Inputs,
  pool: NodePool,
  nodes: readonly KubernetesObject[],
): Outputs {
  /** What the first node has that is not as wanted. */
  const odd = <T>(
    of: (node: KubernetesObject) => T,
    isWanted: (value: T) => boolean,
  ): T | undefined => nodes.map(of).find((value) => !isWanted(value));
  const drift: Readonly<Record<string, Output | undefined>> = {
    labels: odd(
      (node) => liveLabels(pool, node),
      (labels) => isDeepStrictEqual(labels, pool.labels),
    ),
    capacity: odd(
      (node) => liveCapacity(pool, node),
      (capacity) => isDeepStrictEqual(capacity, pool.capacity),
    ),
    taints: odd(liveTaints, (taints) => sameTaints(taints, pool.taints))?.map((taint) => ({
      ...taint,
    })),
    machine: odd(machineOf, (machine) => machine === pool.machine),
    count: nodes.length === pool.count ? undefined : nodes.length,
  };
  const drifted = Object.entries(drift).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return drifted.length === 0 ? oldInputs : { ...oldInputs, ...Object.fromEntries(drifted) };
}

function liveLabels(pool: NodePool, node: KubernetesObject): Readonly<Record<string, string>> {
  const labels = readStrings(node, "metadata", "labels");
  return Object.fromEntries(
    Object.keys(pool.labels).flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function liveCapacity(pool: NodePool, node: KubernetesObject): Readonly<Record<string, string>> {
  const capacity = readStrings(node, "status", "capacity");
  return Object.fromEntries(
    Object.entries(pool.capacity).flatMap(([resource, wanted]) => {
      const value = capacity[resource];
      if (value === undefined) return [];
      return [[resource, amountOf(value) === amountOf(wanted) ? wanted : value]];
    }),
  );
}

/** Taints by which Kubernetes itself marks a node, for example one that is cordoned or does not report. */
const systemTaint = /^node(\.cloudprovider)?\.kubernetes\.io\//;

function liveTaints(node: KubernetesObject): readonly Taint[] {
  return readList(node, "spec", "taints").flatMap((taint) => {
    const key = readString(taint, "key") ?? "";
    const effect = read(taint, "effect");
    if (systemTaint.test(key)) return [];
    if (effect !== "NoSchedule" && effect !== "PreferNoSchedule" && effect !== "NoExecute")
      return [];
    const value = readString(taint, "value");
    return [{ key, ...(value === undefined ? {} : { value }), effect }];
  });
}

/** Taints have no order. */
function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  const texts = (taints: readonly Taint[]): readonly string[] =>
    taints.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).sort();
  return isDeepStrictEqual(texts(a), texts(b));
}

function machineOf(node: KubernetesObject): string {
  return readStrings(node, "metadata", "labels")[machineLabel] ?? "";
}

/** Which nodes are not Ready, and why. */
export function unreadyNodes(nodes: readonly KubernetesObject[]): readonly string[] {
  return nodes.flatMap((node) => {
    const ready = conditionOf(node, "Ready");
    if (ready?.status === "True") return [];
    return [`node ${node.metadata.name} is not ready: ${ready?.message ?? "it never was"}`];
  });
}
