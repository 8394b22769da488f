/** What keeps the pods of a workload from running, as far as the API knows. */
import type { KubernetesClient } from "../../../kubernetes/client.ts";
import {
  conditionOf,
  isRecord,
  type KubernetesObject,
  read,
  readList,
  readNumber,
  readString,
  readStrings,
} from "../../../kubernetes/objects.ts";

/** Reasons of a container that is only on its way. */
const harmless: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

/** A pod that is not ready. */
export interface TroubledPod {
  readonly pod: KubernetesObject;
  /** For example `pod a: Pending, 1 Insufficient nvidia.com/gpu`. */
  readonly text: string;
}

/** The pods of a workload that are not ready, and what troubles each. */
export async function troubledPods(
  client: KubernetesClient,
  owner: KubernetesObject,
): Promise<readonly TroubledPod[]> {
  const pods = await podsOf(client, owner);
  return pods.flatMap((pod) => {
    const trouble = troubleOf(pod);
    return trouble === undefined ? [] : [{ pod, text: `pod ${pod.metadata.name}: ${trouble}` }];
  });
}

async function podsOf(
  client: KubernetesClient,
  owner: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const labelSelector = selectorText(read(owner, "spec", "selector"));
  const { namespace } = owner.metadata;
  if (labelSelector === "" || namespace === undefined) return [];
  return client.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector });
}

/** A label selector as the API takes it in a query; empty when it selects nothing in particular. */
export function selectorText(selector: unknown): string {
  const equal = Object.entries(readStrings(selector, "matchLabels")).map(
    ([key, value]) => `${key}=${value}`,
  );
  const others = readList(selector, "matchExpressions").map((expression) => {
    const key = readString(expression, "key") ?? "";
    const values = readList(expression, "values").join(",");
    const operator = readString(expression, "operator");
    if (operator === "In") return `${key} in (${values})`;
    if (operator === "NotIn") return `${key} notin (${values})`;
    return operator === "DoesNotExist" ? `!${key}` : key;
  });
  return [...equal, ...others].join(",");
}

/** What troubles a pod; `undefined` when it is ready or has done its work. */
export function troubleOf(pod: KubernetesObject): string | undefined {
  const phase = readString(pod, "status", "phase") ?? "Pending";
  if (phase === "Succeeded" || conditionOf(pod, "Ready")?.status === "True") return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return `${phase}, ${withoutPreemption(scheduled.message)}`;
  const containers = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    readList(pod, "status", list).flatMap((status) => containerTrouble(status) ?? []),
  );
  return [phase, ...containers].join(", ");
}

/** The scheduler says first what is missing, then at length what evicting others would not help. */
function withoutPreemption(message: string): string {
  return message.replace(/\.? (no new claims to deallocate|preemption:).*$/s, "");
}

function containerTrouble(status: unknown): string | undefined {
  const name = readString(status, "name") ?? "container";
  const reason = readString(status, "state", "waiting", "reason");
  const ended = read(status, "state", "terminated") ?? read(status, "lastState", "terminated");
  const exit = isRecord(ended)
    ? `exit code ${readNumber(ended, "exitCode") ?? "unknown"}`
    : undefined;
  if (reason !== undefined && !harmless.has(reason)) {
    const message = readString(status, "state", "waiting", "message");
    return `${name}: ${[reason, message, exit].filter((part) => part !== undefined).join(", ")}`;
  }
  if (exit !== undefined && exit !== "exit code 0") return `${name}: ended with ${exit}`;
  if (reason !== undefined || readString(status, "state", "running", "startedAt") === undefined) {
    return undefined;
  }
  return read(status, "ready") === true ? undefined : `${name}: running, not ready`;
}

/** At most so many warnings are told. */
const mostWarnings = 5;

/** The latest warnings about an object and what it made, since `since`: `FailedCreate triton-5d: forbidden ...`. */
export async function warningEvents(
  client: KubernetesClient,
  { metadata }: KubernetesObject,
  since: Date,
): Promise<readonly string[]> {
  const root =
    metadata.namespace === undefined ? "/api/v1" : `/api/v1/namespaces/${metadata.namespace}`;
  const events = await client.list(`${root}/events`, { fieldSelector: "type=Warning" });
  const texts = events
    .map((event) => ({
      event,
      at: timeOf(event),
      about: readString(event, "involvedObject", "name") ?? "",
    }))
    .filter(({ event, at, about }) => {
      const isKnown = readString(event, "reason") === "FailedScheduling"; // The pod itself says so.
      return !isKnown && at >= since.getTime() && isOf(about, metadata.name);
    })
    .sort((a, b) => b.at - a.at)
    .map(
      ({ event, about }) =>
        `${readString(event, "reason")} ${about}: ${readString(event, "message")}`,
    );
  return [...new Set(texts)].slice(0, mostWarnings);
}

/** What a controller makes is named after its owner. */
function isOf(name: string, owner: string): boolean {
  return name === owner || name.startsWith(`${owner}-`);
}

/** Events of the old API have one time, those of the new one another; seconds only, so rounded up. */
function timeOf(event: KubernetesObject): number {
  const text =
    readString(event, "series", "lastObservedTime") ??
    readString(event, "lastTimestamp") ??
    readString(event, "eventTime") ??
    event.metadata.creationTimestamp ??
    "";
  return Date.parse(text) + 1_000;
}
