/** Waits until an object is ready, and says at the resource's line what it waits for. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../../../kubernetes/client.ts";
import { isUnreachable } from "../../../kubernetes/kubernetes-error.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import type { Operation } from "../../resource-provider.ts";
import { reread } from "../reread.ts";
import { lastWords } from "./logs.ts";
import { type TroubledPod, troubledPods, warningEvents } from "./pods.ts";
import { readinessOf } from "./table.ts";
import { type Verdict, waiting } from "./verdict.ts";

/** How long between two looks at an object: short at first, because most are ready at once. */
const firstPauseMs = 50;
const longestPauseMs = 2_000;

/** At most so many pods are told of. */
const mostPods = 3;

/** An object as it was last seen, and why it is not ready; `reasons` is empty when it is. */
export interface Waited {
  readonly live: KubernetesObject;
  readonly reasons: readonly string[];
}

/** Waits until the object at `path`, just applied, is ready, fails, runs out of time, or the operation is stopped. */
export async function waitUntilReady(
  client: KubernetesClient,
  path: string,
  applied: KubernetesObject,
  operation: Operation,
): Promise<Waited> {
  const started = new Date();
  const { seconds: usual } = readinessOf(applied);
  const seconds = operation.timeoutSeconds ?? usual;
  const deadline = started.getTime() + seconds * 1_000;
  let live = applied;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const verdict = await judged(client, live);
    if (verdict.state === "ready") {
      if (live !== applied) operation.log.status("ready"); // The last status stays at the resource's line.
      return { live, reasons: [] };
    }
    const isLate = Date.now() >= deadline;
    if (verdict.state === "failed" || isLate || operation.signal.aborted) {
      const why = verdict.state === "failed" ? verdict.why : endOf(isLate, seconds, verdict.why);
      return { live, reasons: [why, ...(await detailsOf(client, live, started))] };
    }
    operation.log.status(await statusOf(client, live, verdict.why, pauseMs === longestPauseMs));
    await paused(Math.min(pauseMs, deadline - Date.now()), operation.signal);
    const next = await reread(client, path, live);
    if (next === undefined)
      return { live, reasons: ["somebody deleted it while it was waited for"] };
    live = next;
  }
}

/** Why an object is not ready now; empty when it is. */
export async function whyNotReady(
  client: KubernetesClient,
  live: KubernetesObject,
): Promise<readonly string[]> {
  const verdict = await judged(client, live);
  if (verdict.state === "ready") return [];
  const pods = await troubledPods(client, live);
  return [verdict.why, ...pods.slice(0, mostPods).map(({ text }) => text)];
}

function endOf(isLate: boolean, seconds: number, why: string): string {
  return isLate ? `not ready after ${seconds} s: ${why}` : `stopped while waiting: ${why}`;
}

/** An API server that is away for a moment does not end a wait. */
async function judged(client: KubernetesClient, live: KubernetesObject): Promise<Verdict> {
  try {
    return await readinessOf(live).judge(live, client);
  } catch (error) {
    if (isUnreachable(error)) return waiting(error.message);
    throw error;
  }
}

/** Pods are looked at only in a long wait: most waits are over before they say anything. */
async function statusOf(
  client: KubernetesClient,
  live: KubernetesObject,
  why: string,
  isLong: boolean,
): Promise<string> {
  const pods = isLong ? await ifAnswered(troubledPods(client, live)) : [];
  return [why, ...pods.slice(0, 1).map(({ text }) => text)].join("; ");
}

async function detailsOf(
  client: KubernetesClient,
  live: KubernetesObject,
  since: Date,
): Promise<readonly string[]> {
  const pods = await ifAnswered(troubledPods(client, live));
  const events = await ifAnswered(warningEvents(client, live, since));
  const told = pods.slice(0, mostPods);
  const more = pods.length > mostPods ? [`and ${pods.length - mostPods} pods more`] : [];
  return [...told.map(({ text }) => text), ...more, ...events, ...(await wordsOf(client, told))];
}

/** One log is enough: pods of one revision mostly fail alike. */
async function wordsOf(
  client: KubernetesClient,
  pods: readonly TroubledPod[],
): Promise<readonly string[]> {
  for (const { pod } of pods) {
    const words = await lastWords(client, pod);
    if (words !== undefined) return [words];
  }
  return [];
}

/** Details are worth having, but not worth failing for. */
async function ifAnswered<T>(found: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await found;
  } catch {
    return [];
  }
}

/** Pauses, but no longer than until the signal. */
export async function paused(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
