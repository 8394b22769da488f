/** Preview of `local` against a bare program that registers the same resources with no logic behind them. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunOptions, runEngine } from "../embedded/engine/run.ts";
import { ensureStack } from "../embedded/engine/stack.ts";
import { dependencyVersion } from "../embedded/engine/versions.ts";
import { checkoutRoot } from "../embedded/paths.ts";
import { specFileOf } from "../platform/spec/pointer.ts";
import { build } from "../stacks/build.ts";
import { planStack } from "../stacks/plan.ts";
import { type Recorded, record } from "../tests/support/record.ts";
import { type Measure, median, timed } from "./measure.ts";

const rounds = 5;

/**
 * @param folder where the bare project may be written
 * @param options of `local`, whose control plane runs
 */
export async function measurePreview(
  folder: string,
  options: RunOptions,
): Promise<readonly Measure[]> {
  const bare = { ...options, project: join(folder, "bare") };
  const plan = planStack(checkoutRoot, specFileOf(checkoutRoot, options.stack));
  writeBareProject(bare.project, await record(() => build(plan), true));
  await ensureStack(bare);
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  await preview(bare); // fills the caches of the disk for both
  for (let round = 0; round < rounds; round++) {
    theirs.push(await preview(bare));
    ours.push(await preview(options));
  }
  const [resources = 0] = ours.map((sample) => sample.resources);
  if (theirs.some((sample) => sample.resources !== resources)) {
    throw new Error("the bare program does not register the same number of resources");
  }
  return [
    compare(
      `preview of local, ${resources} resources`,
      "s",
      ours,
      theirs,
      ({ seconds }) => seconds,
    ),
    compare("memory of that preview", "MiB", ours, theirs, ({ peakMiB }) => peakMiB),
  ];
}

interface Sample {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly resources: number;
}

async function preview(options: RunOptions): Promise<Sample> {
  let resources = 0;
  const sample = await timed(options.stack, async () => {
    const result = await runEngine(["preview", `--stack=${options.stack}`], options);
    if (!result.ok) throw new Error(`the preview failed: see ${options.logFile}`);
    resources = result.steps.length;
  });
  return { ...sample, resources };
}

function compare(
  name: string,
  unit: Measure["unit"],
  ours: readonly Sample[],
  theirs: readonly Sample[],
  pick: (sample: Sample) => number,
): Measure {
  const value = median(ours.map(pick));
  const ratio = value / median(theirs.map(pick));
  return { name, value, unit, ratio, aim: "ratio at most 1.25 to the bare program" };
}

function writeBareProject(folder: string, resources: readonly Recorded[]): void {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(checkoutRoot, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: bare\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "index.ts" }\n');
  writeFileSync(join(folder, "index.ts"), bareProgram(resources));
}

/** The resources as literals. Parents come before their children, because components are registered first. */
function bareProgram(resources: readonly Recorded[]): string {
  const rows = resources.map(({ type, name, parent, inputs, provider }) => ({
    type,
    name,
    parent,
    inputs,
    provider,
  }));
  return `import * as pulumi from "@pulumi/pulumi";
const versions = { kubernetes: "${dependencyVersion("@pulumi/kubernetes")}", local: "0.1.0" };
const made = new Map();
const waiting = ${JSON.stringify(rows)};
while (waiting.length > 0) {
  const next = waiting.findIndex(({ parent, provider }) => (!parent || made.has(parent)) && (!provider || made.has(provider)));
  const [{ type, name, parent, inputs, provider }] = waiting.splice(next, 1);
  const opts = { parent: made.get(parent), provider: made.get(provider), version: versions[type.replace("pulumi:providers:", "").split(":")[0]] };
  const [, kind, pkg] = type.split(":");
  made.set(name, type.startsWith("inference-platform:")
    ? new pulumi.ComponentResource(type, name, {}, { parent: opts.parent })
    : kind === "providers"
      ? new pulumi.ProviderResource(pkg, name, inputs, { parent: opts.parent, version: opts.version })
      : new pulumi.CustomResource(type, name, inputs, opts));
}
`;
}
