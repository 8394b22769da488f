/** Measuring: medians of several runs in one session, so that a busy machine slows both sides of a ratio. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { owned } from "../embedded/process-table.ts";

/** One line of the result. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: "s" | "ms" | "us" | "MiB" | "1";
  /** Against its reference of the same run. */
  readonly ratio?: number;
  /** What the project aims at, in words. */
  readonly aim?: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Wall time of `work` in seconds, and the largest memory that all processes of the engine of `stack` held at once. */
export async function timed(
  stack: string,
  work: () => Promise<unknown>,
): Promise<{ readonly seconds: number; readonly peakMiB: number }> {
  const watch = watchMemory(stack);
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, peakMiB: await watch.end() };
}

const pageKiB = 4;
const sampleEveryMs = 50;

function watchMemory(stack: string): { end(): Promise<number> } {
  let peakMiB = 0;
  let running = true;
  const sampling = (async () => {
    while (running) {
      const pages = owned("engine", stack).reduce((sum, pid) => sum + residentPages(pid), 0);
      peakMiB = Math.max(peakMiB, (pages * pageKiB) / 1024);
      await sleep(sampleEveryMs);
    }
  })();
  return {
    end: async () => {
      running = false;
      await sampling;
      return peakMiB;
    },
  };
}

function residentPages(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  } catch {
    return 0; // It ended in the meantime.
  }
}
