/** Plans the nodes of every pool. */
import type { CloudName } from "../contracts/cloud.ts";
import { cloudFacts } from "../facts/clouds.ts";
import { gpuModelLabel, gpuTaint } from "../facts/gpus.ts";
import { isReservedKey, poolLabel } from "../facts/kubernetes.ts";
import { type Draft, type DraftPool, unclear } from "../spec/draft.ts";
import type { Path } from "../spec/path.ts";
import type { Judgement } from "./judgement.ts";
import { type Choice, chooseMachine } from "./machine-choice.ts";
import type { Labels, PoolPlan } from "./plan.ts";
import { boundsOf } from "./sizes.ts";

/** What the kubelet allows by default. @see https://kubernetes.io/docs/setup/best-practices/cluster-large/ (checked 2026-11) */
const podsPerNode = 110;

/** Pools by name; one that cannot be planned holds `undefined`. */
export type PlannedPools = ReadonlyMap<string, PoolPlan | undefined>;

export function planPools(draft: Draft, labels: Labels, judge: Judgement): PlannedPools {
  return new Map(
    [...(draft.pools ?? [])].map(([name, pool]) => [
      name,
      planPool(name, pool, draft, labels, judge),
    ]),
  );
}

function planPool(
  name: string,
  pool: DraftPool,
  draft: Draft,
  common: Labels,
  judge: Judgement,
): PoolPlan | undefined {
  judgeKeys(name, pool, draft, judge);
  if (draft.cloud === undefined) return undefined;
  const { choice, findings } = chooseMachine(pool, draft.cloud);
  for (const { key, ...finding } of findings) {
    if (key) judge.refuse(draft.source, ["pools", name, key], finding);
    else judge.refuseKey(draft.source, ["pools", name], finding);
  }
  const { nodes: size, labels, taints } = pool;
  const nodes = size === unclear ? undefined : boundsOf(size);
  if (!choice || !nodes || labels === unclear || taints === unclear) return undefined;
  return {
    name,
    machine: choice.name,
    nodes,
    ...nodeOf(choice, draft.cloud),
    labels: { ...common, ...labels, ...labelsOf(name, choice) },
    taints: [...(choice.machine.gpu ? [gpuTaint] : []), ...(taints ?? [])],
  };
}

function nodeOf({ machine }: Choice, cloud: CloudName) {
  const { cpu, memoryMiB, ephemeralStorageMiB, gpu } = machine;
  const { gpuNodeSeconds, cpuNodeSeconds } = cloudFacts[cloud].provisioning;
  return {
    capacity: { cpu, memoryMiB, ephemeralStorageMiB, pods: podsPerNode, ...(gpu && { gpu }) },
    provisioningSeconds: gpu ? gpuNodeSeconds : cpuNodeSeconds,
  };
}

/** Labels by which pods find the pool's nodes. */
function labelsOf(pool: string, { machine }: Choice): Labels {
  return { [poolLabel]: pool, ...(machine.gpu && { [gpuModelLabel]: machine.gpu.model }) };
}

/** Labels and taints that mean something to Kubernetes or to the platform are not a pool's to set. */
function judgeKeys(name: string, { labels, taints }: DraftPool, draft: Draft, judge: Judgement) {
  const at = (...path: Path): Path => ["pools", name, ...path];
  for (const key of Object.keys(labels === unclear ? {} : (labels ?? {}))) {
    if (isReservedKey(key)) judge.refuseKey(draft.source, at("labels", key), taken("label", key));
  }
  const seen = new Set<string>();
  for (const [index, { key, effect }] of (taints === unclear ? [] : (taints ?? [])).entries()) {
    if (isReservedKey(key))
      judge.refuse(draft.source, at("taints", index, "key"), taken("taint", key));
    else if (seen.has(`${key} ${effect}`)) {
      judge.refuse(draft.source, at("taints", index), repeated(key, effect));
    }
    seen.add(`${key} ${effect}`);
  }
}

function taken(kind: "label" | "taint", key: string) {
  return {
    code: "name-taken",
    problem: `got the ${kind} ${JSON.stringify(key)}, which Kubernetes or the platform sets itself`,
    allowed: "keys of kubernetes.io, k8s.io, nvidia.com and inference-platform are taken",
    fix: "use a key of your own",
  } as const;
}

function repeated(key: string, effect: string) {
  return {
    code: "name-taken",
    problem: `got a second taint ${JSON.stringify(key)} with effect ${effect}`,
    allowed: "a node has one taint of a key and effect",
    fix: "remove one of the two",
  } as const;
}
