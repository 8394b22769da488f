/**
 * Which processes are ours. Every process the project starts carries a marker in its environment and hands it on to its
 * own children, so a killed command leaves nothing that the next one cannot find: no pid file can be stale or missing.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";
import { checkoutState, keyOf } from "./paths.ts";

const variable = "INFERENCE_PLATFORM_PROCESS";
const nameVariable = "INFERENCE_PLATFORM_PROCESS_NAME";

/** What a process belongs to: builds are of the checkout, the others of one stack. */
export type Role = "build" | "control-plane" | "engine" | "node";

/**
 * Environment entries that mark a process, and all it starts, as ours. A `name` tells it from its siblings; without one it
 * must not be inherited from a named parent, so the entry is empty then.
 */
export function marker(role: Role, stack: string, name = ""): Record<string, string> {
  return { [variable]: markerValue(role, stack), [nameVariable]: name };
}

/** Keyed by the folder of the state, which is named after the checkout: another user or a test may have one of their own. */
function markerValue(role: Role, stack: string): string {
  return `${keyOf(checkoutState())}/${stack}/${role}`;
}

/** One running process of ours. */
export interface OwnedProcess {
  readonly pid: number;
  /** As given to `marker`; empty when none was. */
  readonly name: string;
}

/** The running processes of `role`, this one and its ancestors left out. */
export function ownedProcesses(role: Role, stack: string): readonly OwnedProcess[] {
  const wanted = `${variable}=${markerValue(role, stack)}`;
  const spared = new Set(ancestors(process.pid));
  return environments()
    .filter(({ pid, environment }) => !spared.has(pid) && environment.includes(wanted))
    .map(({ pid, environment }) => ({ pid, name: valueIn(environment, nameVariable) }));
}

function valueIn(environment: readonly string[], key: string): string {
  const start = `${key}=`;
  return environment.find((entry) => entry.startsWith(start))?.slice(start.length) ?? "";
}

/** Ids of the running processes of `role`, this one and its ancestors left out. */
export function owned(role: Role, stack: string): readonly number[] {
  return ownedProcesses(role, stack).map(({ pid }) => pid);
}

/** Ends every process of `role`: first asks, after `graceMs` kills. Returns how many there were. */
export function stopOwned(role: Role, stack: string, graceMs = 5_000): Promise<number> {
  return stopFound(() => owned(role, stack), graceMs);
}

/** How long a killed process may take to be gone; one that hangs in the kernel takes for ever. */
const killMs = 30_000;

/**
 * Ends every process that `find` finds, also one that appears meanwhile: first asks, after `graceMs` kills. Returns how many
 * there were, when all are gone for good: a process that is ending loses its environment, by which it is found, before it
 * lets go of its ports and files.
 * @throws Failure when a killed process does not go
 */
export async function stopFound(find: () => readonly number[], graceMs: number): Promise<number> {
  const started = new Map<number, string | undefined>();
  const isLeft = (pid: number): boolean => {
    const start = startOf(pid);
    return start !== undefined && start === started.get(pid);
  };
  const begin = Date.now();
  for (;;) {
    const waited = Date.now() - begin;
    const fresh = find().filter((pid) => !started.has(pid));
    for (const pid of fresh) started.set(pid, startOf(pid));
    const left = [...started.keys()].filter(isLeft);
    if (left.length === 0) return started.size;
    if (waited > graceMs + killMs) {
      throw new Failure(`cannot end the processes ${left.join(", ")}; end them by hand`);
    }
    if (waited >= graceMs) signal(left, "SIGKILL");
    else signal(fresh, "SIGTERM");
    await sleep(20);
  }
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended in the meantime.
    }
  }
}

interface Environment {
  readonly pid: number;
  readonly environment: readonly string[];
}

function environments(): readonly Environment[] {
  if (process.platform !== "linux") return environmentsFromPs();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), environment: readProc(name, "environ").split("\0") }));
}

/** macOS prints the environment behind the command, words split at spaces; not tried. */
function environmentsFromPs(): readonly Environment[] {
  const lines = execFileSync("ps", ["-axEww", "-o", "pid=,command="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    return pid ? [{ pid: Number(pid), environment: words }] : [];
  });
}

function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // It ended, or belongs to somebody else.
  }
}

/** Ids of the processes that `pid` has started, of any name. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function ancestors(pid: number): readonly number[] {
  const chain: number[] = [];
  for (let at = pid; at > 1 && !chain.includes(at); at = parentOf(at)) chain.push(at);
  return chain;
}

function parentOf(pid: number): number {
  if (process.platform === "linux") return Number(statFields(readProc(pid, "stat"))[1] ?? 0);
  return pid === process.pid ? process.ppid : 0;
}

/** Fields of `/proc/<pid>/stat` from the state on; the command before them may hold any character. */
function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/**
 * When a process started, in the system's own words, or `undefined` when it does not run. Together with the pid it
 * names a process for good: pids are used again.
 */
export function startOf(pid: number): string | undefined {
  if (process.platform === "linux") return startInStat(readProc(pid, "stat"));
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/**
 * The start in the text of `/proc/<pid>/stat`, or `undefined` when the process has ended. A zombie has, unless it has other
 * threads: they end after the first one, and hold ports and files until then.
 * @see proc_pid_stat(5): state is field 3, num_threads 20, starttime 22
 */
export function startInStat(stat: string): string | undefined {
  const fields = statFields(stat);
  const [state, threads, start] = [fields[0], fields[17], fields[19]];
  return state === "Z" && Number(threads) <= 1 ? undefined : start;
}
