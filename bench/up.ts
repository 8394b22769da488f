/** Wall time of `npm run up` when nothing is to change and everything runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkoutRoot } from "../embedded/paths.ts";
import { type Measure, median } from "./measure.ts";

const rounds = 3;

export async function measureUp(): Promise<readonly Measure[]> {
  await npm("up");
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await npm("up");
    times.push((performance.now() - start) / 1000);
  }
  return [
    { name: "warm npm run up, no change", value: median(times), unit: "s", aim: "under 15 s" },
  ];
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
