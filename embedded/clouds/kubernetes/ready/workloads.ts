/**
 * When the workload kinds are ready. The fields are those that `kubectl rollout status` reads.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status (checked 2026-11)
 */
import {
  conditionOf,
  type KubernetesObject,
  read,
  readNumber,
  readString,
} from "../../../kubernetes/objects.ts";
import { failed, ready, type Verdict, waiting } from "./verdict.ts";

/** All replicas are of this revision and available, and the old ones are gone. */
export function judgeDeployment(live: KubernetesObject): Verdict {
  if (!isObserved(live)) return unseen;
  if (read(live, "spec", "paused") === true) return ready;
  const want = readNumber(live, "spec", "replicas") ?? 1;
  const available = `${count(live, "availableReplicas")} of ${want} replicas available`;
  const progressing = conditionOf(live, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return failed(`${available}; ${progressing.message}`);
  }
  const refused = conditionOf(live, "ReplicaFailure");
  if (refused?.status === "True") return waiting(`${available}; ${refused.message}`);
  const updated = count(live, "updatedReplicas");
  if (updated < want) return waiting(`${updated} of ${want} replicas updated`);
  const old = count(live, "replicas") - updated;
  if (old > 0) return waiting(`${old} old replicas still running`);
  if (count(live, "availableReplicas") < want) return waiting(available);
  const surplus = count(live, "replicas") - want;
  return surplus > 0 ? waiting(`${surplus} replicas too many`) : ready;
}

/** All replicas from the partition on are of this revision, and all are available. */
export function judgeStatefulSet(live: KubernetesObject): Verdict {
  if (!isObserved(live)) return unseen;
  if (readString(live, "spec", "updateStrategy", "type") === "OnDelete") return ready;
  const want = readNumber(live, "spec", "replicas") ?? 1;
  const available = count(live, "availableReplicas");
  if (available < want) return waiting(`${available} of ${want} replicas available`);
  const partition = readNumber(live, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const updated = count(live, "updatedReplicas");
  const isCurrent =
    readString(live, "status", "updateRevision") === readString(live, "status", "currentRevision");
  const due = Math.max(0, want - partition);
  return !isCurrent && updated < due ? waiting(`${updated} of ${due} replicas updated`) : ready;
}

/** Every node that should run it runs this revision. */
export function judgeDaemonSet(live: KubernetesObject): Verdict {
  if (!isObserved(live)) return unseen;
  const want = count(live, "desiredNumberScheduled");
  const updated = count(live, "updatedNumberScheduled");
  const available = count(live, "numberAvailable");
  if (readString(live, "spec", "updateStrategy", "type") !== "OnDelete" && updated < want) {
    return waiting(`updated on ${updated} of ${want} nodes`);
  }
  return available < want ? waiting(`available on ${available} of ${want} nodes`) : ready;
}

/** It has done its work, or is suspended and has none. */
export function judgeJob(live: KubernetesObject): Verdict {
  const failure = conditionOf(live, "Failed");
  if (failure?.status === "True") return failed(`${failure.reason}: ${failure.message}`);
  if (conditionOf(live, "Complete")?.status === "True") return ready;
  if (read(live, "spec", "suspend") === true) return ready;
  const want = readNumber(live, "spec", "completions") ?? 1;
  return waiting(`${count(live, "succeeded")} of ${want} pods succeeded`);
}

/** The controller has looked at the latest spec. */
export function isObserved(live: KubernetesObject): boolean {
  const observed = readNumber(live, "status", "observedGeneration") ?? 0;
  return observed >= (live.metadata.generation ?? 0);
}

/** The controller has not looked at the latest spec. */
export const unseen: Verdict = waiting("its controller has not seen it yet");

function count(live: KubernetesObject, field: string): number {
  return readNumber(live, "status", field) ?? 0;
}
