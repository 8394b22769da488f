/** Prints the progress of long work: one live line on a terminal, a line now and then in a log. */
import type { Progress, Step } from "../embedded/progress.ts";

/** Seconds between two lines of one step where lines cannot be rewritten. */
const logEverySeconds = 15;

/** Prints to `stream`, by default standard error, so that standard output holds results only. */
export function printedProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return {
    step: (title) => (stream.isTTY ? liveStep(title, stream) : loggedStep(title, stream)),
    note: (line) => void stream.write(`${line}\n`),
  };
}

function liveStep(title: string, stream: NodeJS.WriteStream): Step {
  const elapsed = stopwatch();
  let detail = "";
  const draw = (): void => {
    const line = `  ${title} ${elapsed()}  ${detail}`;
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns || 80) - 1)}`);
  };
  const timer = setInterval(draw, 250);
  draw();
  const end = (mark: string, last: string): void => {
    clearInterval(timer);
    stream.write(`\r\x1b[K${mark} ${title}${last && `: ${last}`} (${elapsed()})\n`);
  };
  return {
    update: (next) => {
      detail = next;
    },
    done: (last = "") => end("✓", last),
    fail: (last) => end("✗", last),
  };
}

function loggedStep(title: string, stream: NodeJS.WriteStream): Step {
  const elapsed = stopwatch();
  let detail = "";
  stream.write(`  ${title} ...\n`);
  const timer = setInterval(() => {
    stream.write(`  ${title} ${elapsed()}  ${detail}\n`);
  }, logEverySeconds * 1000);
  timer.unref();
  const end = (mark: string, last: string): void => {
    clearInterval(timer);
    stream.write(`${mark} ${title}${last && `: ${last}`} (${elapsed()})\n`);
  };
  return {
    update: (next) => {
      detail = next;
    },
    done: (last = "") => end("✓", last),
    fail: (last) => end("✗", last),
  };
}

/** Time since the call, as a person reads it: `4.2 s`, `3 min 05 s`. */
export function stopwatch(): () => string {
  const start = performance.now();
  return () => showSeconds((performance.now() - start) / 1000);
}

export function showSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const rest = String(Math.floor(seconds % 60)).padStart(2, "0");
  return `${Math.floor(seconds / 60)} min ${rest} s`;
}
