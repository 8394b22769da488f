/** Wall time of `npm run up`: from nothing to an answered request, and when nothing is to change and everything runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkoutRoot } from "../embedded/paths.ts";
import { type Measure, median } from "./measure.ts";

const rounds = 3;

export async function measureUp(): Promise<readonly Measure[]> {
  await npm("down");
  const first = await secondsOf("up");
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await secondsOf("up"));
  return [
    { name: "npm run up, tools built, to the answer", value: first, unit: "s", aim: "under 60 s" },
    { name: "warm npm run up, no change", value: median(times), unit: "s", aim: "under 15 s" },
  ];
}

async function secondsOf(script: string): Promise<number> {
  const start = performance.now();
  await npm(script);
  return (performance.now() - start) / 1000;
}

/** Runs an npm script of this checkout. @throws Error when it fails */
export async function npm(script: string): Promise<void> {
  const child = spawn("npm", ["run", "--silent", script], {
    cwd: checkoutRoot,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const event: readonly unknown[] = await once(child, "close");
  const [code] = event;
  if (code !== 0) throw new Error(`npm run ${script} ended with ${String(code)}`);
}
