/** When an object of each kind is ready: one row per kind that has to be waited for. */
import type { KubernetesClient } from "../../../kubernetes/client.ts";
import {
  conditionOf,
  type KubernetesObject,
  readList,
  readString,
} from "../../../kubernetes/objects.ts";
import { failed, type Readiness, ready, type Verdict, waiting } from "./verdict.ts";
import {
  isObserved,
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgeStatefulSet,
  unseen,
} from "./workloads.ts";

/** Pods have to be scheduled, pulled and started. Where a plan knows how long that takes, it says so itself. */
const workloadSeconds = 600;

/** A controller has to look at the object, and that is all. */
const controllerSeconds = 60;

/** A kind that is ready once the API has it; so are Service, PersistentVolumeClaim (which may wait for its first pod) and all others. */
const atOnce: Readiness = { judge: () => ready, seconds: controllerSeconds };

/** Kinds by API group and name, as in `immutable.ts`. */
const rows: Readonly<Record<string, Readiness>> = {
  "apps/Deployment": { judge: judgeDeployment, seconds: workloadSeconds },
  "apps/StatefulSet": { judge: judgeStatefulSet, seconds: workloadSeconds },
  "apps/DaemonSet": { judge: judgeDaemonSet, seconds: workloadSeconds },
  "batch/Job": { judge: judgeJob, seconds: workloadSeconds },
  Namespace: { judge: judgeNamespace, seconds: controllerSeconds },
  "policy/PodDisruptionBudget": {
    judge: (live) => (isObserved(live) ? ready : unseen),
    seconds: controllerSeconds,
  },
  "apiextensions.k8s.io/CustomResourceDefinition": {
    judge: judgeDefinition,
    seconds: controllerSeconds,
  },
};

/** The annotation by which a program says that nobody need wait; the official provider knows it too. */
const skipAnnotation = "pulumi.com/skipAwait";

/** How an object becomes ready. */
export function readinessOf({ apiVersion, kind, metadata }: KubernetesObject): Readiness {
  if (metadata.annotations?.[skipAnnotation] === "true") return atOnce;
  const [group, version] = apiVersion.split("/");
  return rows[version === undefined ? kind : `${group}/${kind}`] ?? atOnce;
}

function judgeNamespace(live: KubernetesObject): Verdict {
  const phase = readString(live, "status", "phase") ?? "Pending";
  return phase === "Active" ? ready : waiting(`it is ${phase}`);
}

/** Established is not enough: a custom resource can be made once discovery has its kind. */
async function judgeDefinition(live: KubernetesObject, client: KubernetesClient): Promise<Verdict> {
  const names = conditionOf(live, "NamesAccepted");
  if (names?.status === "False") return failed(`${names.reason}: ${names.message}`);
  if (conditionOf(live, "Established")?.status !== "True") return waiting("it is not established");
  const group = readString(live, "spec", "group");
  const kind = readString(live, "spec", "names", "kind") ?? "";
  for (const version of readList(live, "spec", "versions")) {
    const apiVersion = `${group}/${readString(version, "name")}`;
    const isServed =
      typeof version === "object" && version !== null && "served" in version && version.served;
    if (isServed && !(await client.served(apiVersion, kind))) {
      return waiting(`${apiVersion} is not served yet`);
    }
  }
  return ready;
}
