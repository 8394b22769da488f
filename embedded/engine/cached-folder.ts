/** Folders that take long to make and are made once per machine: builds and downloads. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Release, tryLock } from "../lock.ts";
import type { Progress, Step } from "../progress.ts";

/** How often a run that waits for another one looks whether that has ended. */
const pollMs = 500;

/**
 * Makes `folder` unless it is there. It appears complete or not at all: `make` fills a folder beside it, which is
 * renamed at the end. Of two runs at once the second waits and uses what the first has made; what a killed run left
 * half done is removed by the next.
 */
export async function cachedFolder(
  folder: string,
  title: string,
  progress: Progress,
  make: (partial: string, step: Step) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  const step = progress.step(title);
  try {
    const release = await lockWhenFree(`${folder}.lock`, title, step);
    try {
      if (!existsSync(folder)) await makeAside(folder, (partial) => make(partial, step));
    } finally {
      release();
    }
  } catch (error) {
    step.fail(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    throw error;
  }
  step.done();
  return folder;
}

/** Waits for the lock as long as a living process holds it, and says which one that is. */
async function lockWhenFree(path: string, title: string, step: Step): Promise<Release> {
  for (;;) {
    const taken = tryLock(path, title);
    if (typeof taken === "function") return taken;
    step.update(`waiting for process ${taken.pid} on ${taken.host}, which does this already`);
    await sleep(pollMs);
  }
}

async function makeAside(folder: string, make: (partial: string) => Promise<void>): Promise<void> {
  const prefix = `${basename(folder)}.partial-`;
  // The lock is ours, so every partial folder belongs to a run that was killed.
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
  const partial = join(dirname(folder), `${prefix}${process.pid}`);
  mkdirSync(partial);
  try {
    await make(partial);
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
