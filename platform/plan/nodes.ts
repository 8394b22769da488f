/** Which nodes a service's pods may run on, and what follows from that. */
import { existingCluster } from "../facts/existing-cluster.ts";
import { gpuTaint } from "../facts/gpus.ts";
import { poolLabel } from "../facts/kubernetes.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import type { Labels, PoolPlan, Toleration } from "./plan.ts";

/** Where a service runs: on a pool, or wherever a cluster that is not ours has room. */
export type Nodes =
  | { readonly kind: "pool"; readonly pool: PoolPlan }
  | { readonly kind: "any-node" };

/** What a pod says of the nodes it wants, and how long it may wait for one. */
export interface NodeTerms {
  readonly nodeSelector: Labels;
  readonly tolerations: Toleration[];
  readonly provisioningSeconds: number;
}

export function nodeTerms(nodes: Nodes, { gpu }: ServiceSpec): NodeTerms {
  if (nodes.kind === "pool") {
    const { name, taints, provisioningSeconds } = nodes.pool;
    return {
      nodeSelector: { [poolLabel]: name },
      tolerations: taints.map((taint) => ({ ...taint, operator: "Equal" })),
      provisioningSeconds,
    };
  }
  const { key, effect } = gpuTaint;
  return {
    nodeSelector: {},
    // Whoever tainted the GPU nodes may have given the taint another value than we do.
    tolerations: gpu ? [{ key, operator: "Exists", effect }] : [],
    provisioningSeconds: existingCluster.provisioningSeconds,
  };
}
