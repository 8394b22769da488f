/** `npm run bench [-- --json]`: what the platform adds to the engine's own time and memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getTools, runOptions } from "../cli/embedded-stack.ts";
import { printedProgress } from "../cli/progress.ts";
import { table } from "../cli/table.ts";
import { ensureStack } from "../embedded/engine/stack.ts";
import { ensureControlPlane } from "../embedded/kubernetes/control-plane.ts";
import { checkoutRoot } from "../embedded/paths.ts";
import { specFileOf } from "../platform/spec/pointer.ts";
import { planStack } from "../stacks/plan.ts";
import type { Measure } from "./measure.ts";
import { measurePlan } from "./plan.ts";
import { measurePolicy } from "./policy.ts";
import { measurePreview } from "./preview.ts";
import { measureUp, npm } from "./up.ts";

const stack = "local";
const { values } = parseArgs({ options: { json: { type: "boolean" } } });

const folder = mkdtempSync(join(tmpdir(), "bench-"));
// A state of its own: a stack that is up in this checkout is left alone.
process.env["INFERENCE_PLATFORM_STATE"] = join(folder, "state");
try {
  const measures = await measureAll();
  process.stdout.write(values.json ? `${JSON.stringify(measures, null, 2)}\n` : showAll(measures));
} finally {
  await npm("down");
  rmSync(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<readonly Measure[]> {
  const progress = printedProgress();
  const planned = measurePlan();
  const policy = await measurePolicy(planStack(checkoutRoot, specFileOf(checkoutRoot, stack)));
  const { cli, binaries } = await getTools(progress);
  const options = runOptions(stack, cli);
  await ensureControlPlane(stack, binaries, progress);
  await ensureStack(options);
  const preview = await measurePreview(folder, options);
  return [...preview, ...planned, ...policy, ...(await measureUp())];
}

function showAll(measures: readonly Measure[]): string {
  const rows = measures.map(({ name, value, unit, ratio, aim }) => [
    name,
    `${value.toPrecision(3)} ${unit}`,
    ratio === undefined ? "" : `x ${ratio.toFixed(2)}`,
    aim ?? "",
  ]);
  return `${table(rows)}\n`;
}
