/** Removes objects, and stays until they are gone. */
import { Failure } from "../../failure.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { RemoveOptions } from "../../kubernetes/client-options.ts";
import { failedWith } from "../../kubernetes/kubernetes-error.ts";
import {
  conditionOf,
  type KubernetesObject,
  type ObjectReference,
  readList,
  referenceTo,
} from "../../kubernetes/objects.ts";
import type { Operation } from "../resource-provider.ts";
import { titleOf } from "./identity.ts";
import { paused } from "./ready/wait.ts";
import { refusalOf } from "./refusal.ts";
import { reread } from "./reread.ts";

/**
 * Kinds whose pods must be gone before they are: foreground deletion. For any other kind it would only make the object wait
 * for the garbage collector, which learns of a new kind late.
 */
const withDependants: ReadonlySet<string> = new Set([
  "apps/v1 Deployment",
  "apps/v1 StatefulSet",
  "apps/v1 DaemonSet",
  "apps/v1 ReplicaSet",
  "batch/v1 Job",
  "batch/v1 CronJob",
]);

/** How long an object may take to go when the user does not say: its pods may drain, a namespace has contents. */
const usualSeconds = 600;

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** Deletes an object and waits until it is gone; one that is gone already, or whose kind is, is no error. */
export async function deleteAndWait(
  client: KubernetesClient,
  reference: ObjectReference,
  operation: Operation,
): Promise<void> {
  const title = titleOf(reference);
  try {
    const path = await client.pathOf(reference);
    const live = path === undefined ? undefined : await client.get(path);
    if (path === undefined || live === undefined) return;
    await removeExactly(
      client,
      path,
      live,
      withDependants.has(`${reference.apiVersion} ${reference.kind}`),
    );
    await waitUntilGone(client, path, live, operation);
  } catch (error) {
    throw refusalOf(title, error);
  }
}

/** Removes this very object. One that has taken its name in the meantime is somebody else's. */
async function removeExactly(
  client: KubernetesClient,
  path: string,
  { metadata: { uid } }: KubernetesObject,
  hasDependants: boolean,
): Promise<void> {
  const propagation: RemoveOptions["propagation"] = hasDependants ? "Foreground" : "Background";
  try {
    await client.remove(path, { propagation, uid });
  } catch (error) {
    if (!failedWith(error, "Conflict")) throw error;
  }
}

/** Waits until an object that is being deleted is gone. @throws Failure that says what holds it */
export async function waitUntilGone(
  client: KubernetesClient,
  path: string,
  doomed: KubernetesObject,
  { signal, log, timeoutSeconds = usualSeconds }: Operation,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1_000;
  let last = doomed;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const live = await reread(client, path, last);
    if (live === undefined || live.metadata.uid !== doomed.metadata.uid) return;
    last = live;
    const title = titleOf(referenceTo(doomed));
    if (signal.aborted) throw new Failure(`${title}: stopped while it was being deleted`);
    if (Date.now() > deadline) {
      const holders = holdersOf(live).join("; ");
      throw new Failure(`${title}: not gone ${timeoutSeconds} s after it was deleted; ${holders}`);
    }
    log.status(`being deleted; ${holdersOf(live).join("; ")}`);
    await paused(pauseMs, signal);
  }
}

/** The conditions by which a namespace says what is left in it. */
const namespaceConditions = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
];

/** What keeps an object that is being deleted. */
function holdersOf(live: KubernetesObject): readonly string[] {
  const contents = namespaceConditions.flatMap((type) => {
    const condition = conditionOf(live, type);
    return condition?.status === "True" ? [condition.message] : [];
  });
  const finalizers = [
    ...readList(live, "metadata", "finalizers"),
    ...readList(live, "spec", "finalizers"),
  ];
  const held = finalizers.length > 0 ? [`held by the finalizers ${finalizers.join(", ")}`] : [];
  const holders = [...contents, ...held];
  return holders.length > 0 ? holders : ["held by nothing that the API names"];
}
