/** How a new version of a service replaces the old one, and how long that may take. */
import type { NodeTerms } from "./nodes.ts";
import type { PodPlan, RolloutPlan } from "./plan.ts";
import type { StartTimes } from "./timing.ts";

/** For scheduling, endpoints and the controllers' own rounds. */
const overheadSeconds = 30;

/** Pulumi must outwait the Deployment's own deadline, or its message replaces the better one. */
const afterDeadlineSeconds = 60;

/**
 * The rollout of `replicas` pods on `nodes`.
 * @param spare whether there is room for one more pod beside all that are planned
 */
export function planRollout(
  replicas: number,
  spare: boolean,
  nodes: NodeTerms,
  pod: PodPlan,
  times: StartTimes,
): RolloutPlan {
  const startSeconds =
    nodes.provisioningSeconds + times.pullSeconds + times.downloadSeconds + times.loadSeconds;
  // Without room for an extra pod, an old one has to end first, drain included.
  const drainSeconds = spare ? 0 : pod.terminationGracePeriodSeconds;
  const progressDeadlineSeconds = startSeconds + drainSeconds + overheadSeconds;
  const waves = Math.max(1, replicas);
  return {
    maxSurge: spare ? 1 : 0,
    maxUnavailable: spare ? 0 : 1,
    progressDeadlineSeconds,
    completeSeconds: progressDeadlineSeconds * waves + afterDeadlineSeconds,
  };
}
