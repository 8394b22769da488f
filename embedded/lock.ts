/** A lock file that names its holder, so that a lock is taken over only when its process is dead. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { Failure } from "./failure.ts";
import { startOf } from "./process-table.ts";

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  /** When it started, because pids are used again. */
  readonly start: string;
  readonly host: string;
  /** What it does, for people: `npm run up local`. */
  readonly command: string;
}

/** Releases the lock; safe to call twice. */
export type Release = () => void;

/**
 * Takes the lock at `path`, or says who holds it. The file appears complete or not at all (written aside, then linked).
 * @throws Failure when a living process holds it
 */
export function takeLock(path: string, command: string): Release {
  const holder = tryLock(path, command);
  if (typeof holder === "function") return holder;
  const { pid, host } = holder;
  const advice =
    host === hostname()
      ? "wait for it, or end it and run this again"
      : `wait for it; when that machine is gone, or is this one under an old name, remove ${path}`;
  throw new Failure(
    `"${holder.command}" (process ${pid} on ${host}) is at work on this; ${advice}`,
  );
}

/** Takes the lock at `path` and returns its release, or returns the living holder. */
export function tryLock(path: string, command: string): Release | Holder {
  mkdirSync(dirname(path), { recursive: true });
  const self: Holder = {
    pid: process.pid,
    start: identityOf(process.pid) ?? "",
    host: hostname(),
    command,
  };
  return tryLockAs(self, path);
}

function tryLockAs(self: Holder, path: string): Release | Holder {
  const aside = `${path}.${self.pid}`;
  writeFileSync(aside, JSON.stringify(self));
  try {
    for (;;) {
      if (linked(aside, path)) return releaseOnce(path, self);
      const holder = holderOf(path);
      if (holder === "none") continue;
      if (isAlive(holder)) return holder;
      clearStale(path, self);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes a dead holder's lock. Two runs may be about to: were both to look and then remove, the second would remove the
 * lock that the first has taken in between. So whoever removes holds a lock on that, and looks again under it.
 */
function clearStale(path: string, self: Holder): void {
  const clearing = tryLockAs(self, `${path}.clearing`);
  if (typeof clearing !== "function") return; // Somebody else clears it.
  try {
    const holder = holderOf(path);
    // A lock that is gone is left alone: somebody may be taking it right now.
    if (holder !== "none" && !isAlive(holder)) rmSync(path, { force: true });
  } finally {
    clearing();
  }
}

/** A second call must not release what the same process has taken anew. */
function releaseOnce(path: string, self: Holder): Release {
  let held = true;
  return () => {
    const holder = held ? holderOf(path) : "none";
    held = false;
    if (holder !== "none" && isSame(holder, self)) rmSync(path, { force: true });
  };
}

function isSame(a: Holder, b: Holder): boolean {
  return a.pid === b.pid && a.start === b.start && a.host === b.host;
}

/** Stands for the holder in a file that is no lock of ours; it has ended. */
const nobody: Holder = { pid: 0, start: "none", host: hostname(), command: "" };

/** Who holds the lock, or `none` when there is no file. */
function holderOf(path: string): Holder | "none" {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "none";
    throw error;
  }
  try {
    const holder: unknown = JSON.parse(text);
    return isHolder(holder) ? holder : nobody;
  } catch {
    return nobody;
  }
}

export function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const fields: Partial<Record<keyof Holder, unknown>> = value;
  return (
    typeof fields.pid === "number" &&
    typeof fields.start === "string" &&
    typeof fields.host === "string" &&
    typeof fields.command === "string"
  );
}

/** A holder on another host cannot be looked at, so it counts as alive. */
function isAlive(holder: Holder): boolean {
  return holder.host !== hostname() || identityOf(holder.pid) === holder.start;
}

/** When a process started, and in which run of the machine: Linux counts from the machine's own start. */
function identityOf(pid: number): string | undefined {
  const start = startOf(pid);
  return start === undefined ? undefined : `${bootId()} ${start}`;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return ""; // Not Linux; there the start is a date.
  }
}
