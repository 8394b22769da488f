/**
 * Processes of one stack that are kept as planned: what runs as planned stays, what runs otherwise is ended, what is missing
 * is started. Each carries its name and a digest of its plan in its environment, so nothing about it is kept in files.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { marker, ownedProcesses, type Role, startOf, stopFound } from "../process-table.ts";

/** Where a group runs and logs. */
export interface Site {
  readonly stack: string;
  /** What the processes are to the stack. */
  readonly role: Role;
  /** Working directory of the processes. */
  readonly folder: string;
  /** Folder of one log file per process. */
  readonly logs: string;
}

/** One process as it is to run. */
export interface ProcessPlan {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  /** More of its environment. @default - only what marks it as ours */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that ran as planned when it was looked at. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** From `startOf`: tells it from a later process with the same id. */
  readonly start: string | undefined;
  /** Whether it was started just now. */
  readonly isNew: boolean;
}

/** How long a process may take to end before it is killed. Killing is safe: etcd loses nothing that it has answered for. */
const graceMs = 2_000;

/**
 * The process that runs as planned, started when there is none. One that runs under another plan is ended first.
 * `inputs` is what the process reads besides its arguments; `prepare` runs only before a start.
 * @throws Failure when it cannot be started
 */
export async function ensureProcess(
  site: Site,
  plan: ProcessPlan,
  inputs: unknown,
  prepare: () => void | Promise<void> = () => {},
): Promise<Running> {
  const signed = signature(plan, inputs);
  const [found, ...others] = ownedProcesses(site.role, site.stack).filter(
    ({ name }) => name === signed,
  );
  if (found !== undefined && others.length === 0) {
    return { name: plan.name, pid: found.pid, start: startOf(found.pid), isNew: false };
  }
  await endProcesses(site, (name) => name === plan.name);
  await prepare();
  return start(site, plan, signed);
}

/** Name under which a process with this plan runs. */
export function signature(plan: ProcessPlan, inputs: unknown): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([plan, inputs]))
    .digest("hex");
  return `${plan.name}@${digest.slice(0, 12)}`;
}

/** The process name in a signature. */
export function plainName(signed: string): string {
  return signed.split("@", 1)[0] ?? "";
}

/** Ends the stack's processes whose plain name is wanted by `which`. */
export async function endProcesses(site: Site, which: (name: string) => boolean): Promise<void> {
  const found = (): readonly number[] =>
    ownedProcesses(site.role, site.stack)
      .filter(({ name }) => which(plainName(name)))
      .map(({ pid }) => pid);
  await stopFound(found, graceMs);
}

/**
 * Starts a process that outlives this one. Its environment is the plan's and the marker, so that no variable of the person's
 * (ETCD_..., KUBECONFIG, a proxy) changes what it does.
 */
async function start(site: Site, plan: ProcessPlan, signed: string): Promise<Running> {
  const log = freshLog(site, plan.name);
  const child = spawn(plan.binary, plan.args, {
    cwd: site.folder,
    detached: true,
    stdio: ["ignore", log, log],
    env: { HOME: site.folder, ...plan.env, ...marker(site.role, site.stack, signed) },
  });
  closeSync(log);
  if (child.pid === undefined) {
    const event: readonly unknown[] = await once(child, "error");
    const [error] = event;
    throw new Failure(
      `cannot start ${plan.binary}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  child.unref();
  return { name: plan.name, pid: child.pid, start: startOf(child.pid), isNew: true };
}

/** @throws Failure with the end of its log when one of the processes has ended */
export function expectAlive(site: Site, processes: readonly Running[]): void {
  const dead = processes.find(({ pid, start }) => start === undefined || startOf(pid) !== start);
  if (dead)
    throw new Failure(
      `${dead.name} ended; the end of ${logPath(site, dead.name)}:\n${logTail(site, dead.name)}`,
    );
}

function logTail(site: Site, name: string, lines = 10): string {
  const path = logPath(site, name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/** Removes the logs of these processes; those of others stay. */
export function removeLogs(site: Site, names: readonly string[]): void {
  for (const name of names) {
    rmSync(logPath(site, name), { force: true });
    rmSync(previousLogPath(site, name), { force: true });
  }
}

/** The log of the run before is kept: after a crash it says why. */
function freshLog(site: Site, name: string): number {
  mkdirSync(site.logs, { recursive: true });
  const path = logPath(site, name);
  if (existsSync(path)) renameSync(path, previousLogPath(site, name));
  return openSync(path, "a", 0o600);
}

function logPath(site: Site, name: string): string {
  return join(site.logs, `${name}.log`);
}

function previousLogPath(site: Site, name: string): string {
  return join(site.logs, `${name}.previous.log`);
}
