/** Finds out what a cluster that exists already is, before anything is done to it. */
import { Failure } from "../embedded/failure.ts";
import type { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { KubernetesError } from "../embedded/kubernetes/kubernetes-error.ts";
import { readString } from "../embedded/kubernetes/objects.ts";
import { ownClient } from "../embedded/kubernetes/own-kubeconfig.ts";
import { kubernetesVersions, stackLabel } from "../platform/facts/kubernetes.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";

/** A cluster that answers. */
export interface ReachedCluster {
  readonly client: KubernetesClient;
  /** For example `v1.36.2`. */
  readonly version: string;
  /** Of its namespace kube-system: stands for the cluster for as long as it lives. */
  readonly uid: string;
}

/** A cluster on this machine answers at once; one behind a slow line may take a while. */
const timeoutMs = 15_000;

/**
 * Asks the cluster behind a context of one's own kubeconfig.
 * @throws Failure when there is no such context, or its cluster does not answer or lets nobody in
 */
export async function reachCluster(context: string): Promise<ReachedCluster> {
  const client = ownClient(context);
  try {
    const version = await client.text("/version", { timeoutMs });
    const system = await client.get("/api/v1/namespaces/kube-system", { timeoutMs });
    return {
      client,
      version: readString(JSON.parse(version), "gitVersion") ?? "unknown",
      uid: system?.metadata.uid ?? "unknown",
    };
  } catch (error) {
    const isTheirs = error instanceof KubernetesError || error instanceof SyntaxError;
    if (!isTheirs) throw error;
    throw new Failure(
      `the cluster of context "${context}" cannot be used: ${error.message}; fix: start it, or correct the context in your kubeconfig`,
    );
  }
}

/** What a person should know of a cluster of another version than the platform is made for. */
export function versionNote(version: string): string | undefined {
  const minor = /^v(\d+\.\d+)/.exec(version)?.[1] ?? "";
  if (kubernetesVersions.some((known) => known === minor)) return undefined;
  return `the cluster runs Kubernetes ${version}, and the platform is tried with ${kubernetesVersions.join(", ")} only: an API that is older may refuse some objects`;
}

/**
 * Everything a stack makes is in the namespaces of its teams, and goes with them when it is taken down.
 * @throws Failure when one of them is there already and somebody else's
 */
export async function refuseForeignNamespaces(
  { name, teams }: PlatformPlan,
  client: Pick<KubernetesClient, "get">,
): Promise<void> {
  const live = await Promise.all(
    Object.keys(teams).map((team) => client.get(`/api/v1/namespaces/${team}`, { timeoutMs })),
  );
  const foreign = live
    .filter((namespace) => namespace !== undefined)
    .filter(({ metadata }) => metadata.labels?.[stackLabel] !== name)
    .map(({ metadata }) => metadata.name);
  if (foreign.length === 0) return;
  throw new Failure(
    `the cluster has namespaces of these names that are not of the stack "${name}": ${foreign.join(", ")}; fix: rename the teams, or remove the namespaces if nobody needs what is in them`,
  );
}
