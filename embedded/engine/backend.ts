/**
 * The file backend's own files: where the engine keeps a stack's state and its locks.
 * @see https://github.com/pulumi/pulumi/tree/v3.259.0/pkg/backend/diy (checked 2026-11)
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { Failure } from "../failure.ts";
import { readNumber, readString } from "../kubernetes/objects.ts";
import { startOf } from "../process-table.ts";

/**
 * Name of the project whose `Pulumi.yaml` is in `folder`.
 * @throws Failure when it has none
 */
export function projectName(folder: string): string {
  const file = join(folder, "Pulumi.yaml");
  const name = readString(parse(readFileSync(file, "utf8")), "name");
  if (name === undefined) throw new Failure(`${file} has no name: write "name: <project>"`);
  return name;
}

/** State of a stack; it exists as soon as the stack does. */
export function checkpointPath(backend: string, project: string, stack: string): string {
  return join(backend, ".pulumi", "stacks", project, `${stack}.json`);
}

/** Folder with one file per lock of a stack. */
export function locksFolder(backend: string, project: string, stack: string): string {
  return join(backend, ".pulumi", "locks", "organization", project, stack);
}

/** A lock of the engine. */
export interface EngineLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When it was taken, as an ISO date. */
  readonly timestamp: string;
}

/** The locks of a stack; one that was never written completely belongs to nobody and is left out. */
export function engineLocks(folder: string): readonly EngineLock[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => lockIn(readFileSync(join(folder, name), "utf8")) ?? []);
}

function lockIn(text: string): EngineLock | undefined {
  try {
    const lock: unknown = JSON.parse(text);
    const pid = readNumber(lock, "pid");
    if (pid === undefined) return undefined;
    return {
      pid,
      username: readString(lock, "username") ?? "",
      hostname: readString(lock, "hostname") ?? "",
      timestamp: readString(lock, "timestamp") ?? "",
    };
  } catch {
    return undefined;
  }
}

/**
 * Removes the locks of a stack, and files that were being written when their process was killed.
 * @throws Failure when a living process holds a lock
 */
export function removeDeadLocks(folder: string): number {
  const locks = engineLocks(folder);
  const living = locks.find((lock) => isHeld(lock, startedAt(lock.pid)));
  if (living !== undefined) {
    throw new Failure(
      `the stack is locked by process ${living.pid} of ${living.username} on ${living.hostname} since ${living.timestamp}; ` +
        "wait for it or end it, and if it runs no more, `pulumi cancel` removes the lock",
    );
  }
  for (const name of namesIn(folder)) rmSync(join(folder, name));
  return locks.length;
}

/** How far the clocks of a lock and of the process table may be apart, in milliseconds. */
const clockSlackMs = 2_000;

/**
 * Whether a lock's process still runs, given when the process with that pid started (if there is one): a process that
 * started after the lock was taken has only been given the same pid. A lock of another host counts as held.
 */
export function isHeld(lock: EngineLock, started: Date | undefined): boolean {
  if (lock.hostname !== hostname()) return true;
  return started !== undefined && started.getTime() <= Date.parse(lock.timestamp) + clockSlackMs;
}

/** Ticks per second of the start times in Linux' process table: fixed, whatever the kernel counts in. */
const ticksPerSecond = 100;

/** When a running process started. Other systems than Linux give a date in words. */
function startedAt(pid: number): Date | undefined {
  const start = startOf(pid);
  if (start === undefined) return undefined;
  if (process.platform !== "linux") return new Date(start);
  return new Date(Date.now() - uptime() * 1000 + (Number(start) / ticksPerSecond) * 1000);
}

/**
 * Mends what a killed engine left half written beside a stack's checkpoint. The engine renames complete files into place;
 * the attributes that it keeps beside each (`.attrs`) it writes in place, and a cut-off one makes the whole state unreadable.
 * They hold nothing that is needed: without them the engine takes its defaults.
 */
export function removeHalfWritten(checkpoint: string, stack: string): void {
  const folder = dirname(checkpoint);
  for (const name of namesIn(folder).filter((name) => name.startsWith(`${stack}.json`))) {
    const path = join(folder, name);
    if (name.endsWith(".tmp") || (name.endsWith(".attrs") && !isJson(path))) rmSync(path);
  }
}

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // No lock was ever taken.
  }
}
