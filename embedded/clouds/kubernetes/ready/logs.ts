/** The last words of containers that do not become ready. */
import type { KubernetesClient } from "../../../kubernetes/client.ts";
import {
  type KubernetesObject,
  read,
  readList,
  readNumber,
  readString,
} from "../../../kubernetes/objects.ts";

/** How many lines of a log are told. */
const toldLines = 10;

/** A line is cut off here: what a server prints has no bounds. */
const longestLine = 300;

/** A node that is away must not hold up the message for long. */
const timeoutMs = 5_000;

/** A container whose log may say what is wrong. */
export interface Talker {
  readonly container: string;
  /** Whether its words are those of the run before this one. */
  readonly previous: boolean;
}

/**
 * The container of a pod that has run and is not ready: an init container before others, because those wait for it.
 * `undefined` when none has run.
 */
export function talkerOf(pod: KubernetesObject): Talker | undefined {
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    readList(pod, "status", list),
  );
  for (const status of statuses) {
    const hasEnded = readNumber(status, "state", "terminated", "exitCode");
    if (read(status, "ready") === true || hasEnded === 0) continue;
    const waits = read(status, "state", "waiting") !== undefined;
    const hasRunBefore = read(status, "lastState", "terminated") !== undefined;
    if (waits && !hasRunBefore) continue;
    return { container: readString(status, "name") ?? "", previous: waits };
  }
  return undefined;
}

/** The end of what that container printed, as one text for people; `undefined` when there is nothing to be had. */
export async function lastWords(
  client: KubernetesClient,
  pod: KubernetesObject,
): Promise<string | undefined> {
  const talker = talkerOf(pod);
  const { name, namespace } = pod.metadata;
  if (talker === undefined || namespace === undefined) return undefined;
  const options = { ...talker, tailLines: toldLines, timeoutMs };
  const log = await client.logs(namespace, name, options).catch(() => "");
  const told = toldOf(log);
  if (told.length === 0) return undefined;
  return [`end of the log of ${name}, ${talker.container}:`, ...told].join("\n");
}

/** What is told of a log: whatever a server prints, it stays text that is indented. */
export function toldOf(log: string): readonly string[] {
  return log
    .split("\n")
    .map((line) => line.replace(/\p{Cc}/gu, " ").trimEnd())
    .filter((line) => line !== "")
    .map((line) => `  ${line.slice(0, longestLine)}`);
}
