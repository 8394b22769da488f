/** Which cluster a stack runs on. */
import { type Draft, type DraftCluster, unclear } from "../spec/draft.ts";
import type { Judgement } from "./judgement.ts";
import type { ClusterPlan } from "./plan.ts";

/** `undefined` when something about it is unclear. */
export function planCluster(cluster: DraftCluster | undefined): ClusterPlan | undefined {
  if (cluster === undefined) return undefined;
  if (cluster.kind === "existing") {
    const { kind, context } = cluster;
    return context === unclear ? undefined : { kind, context };
  }
  const { kind, version } = cluster;
  return version === unclear ? undefined : { kind, version };
}

/** Says what nobody can judge of nodes that are not ours. */
export function noteStrangeNodes({ cluster, services }: Draft, judge: Judgement): void {
  if (cluster?.kind !== "existing" || services.size === 0) return;
  judge.note(
    "kubernetes.use: whether its nodes have room cannot be judged here; a pod that finds no room waits",
  );
  for (const [name, { file }] of services) {
    const gpu = file?.spec?.gpu;
    if (gpu === undefined) continue;
    judge.note(
      `services.${name}: may get a GPU of another model than ${gpu.model}, because nothing is known of the nodes`,
    );
  }
}
