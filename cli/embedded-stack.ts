/** What the commands on an embedded stack have in common: its plan, its tools, its repair. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { embeddedId } from "../embedded/clouds/embedded-id.ts";
import type { BuildName } from "../embedded/engine/builds.ts";
import { ensureBuild, missingBuilds } from "../embedded/engine/go-build.ts";
import { prepareHome } from "../embedded/engine/home.ts";
import { ensurePulumi, findPulumi, type PulumiCli } from "../embedded/engine/pulumi-cli.ts";
import { recoverStack } from "../embedded/engine/recovery.ts";
import type { RunOptions } from "../embedded/engine/run.ts";
import { Failure } from "../embedded/failure.ts";
import type { Binaries } from "../embedded/kubernetes/processes.ts";
import { checkoutRoot, stackPaths } from "../embedded/paths.ts";
import type { Progress } from "../embedded/progress.ts";
import { readSite } from "../embedded/site.ts";
import type { Site } from "../platform/contracts/site.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { specFileOf } from "../platform/spec/pointer.ts";
import { policyConfig } from "../policies/config.ts";
import { planStack, policyChoices } from "../stacks/plan.ts";

/**
 * The plan of `stack`, made before anything is started or built.
 * @param site what the stack has on this machine
 * @throws SpecError with every problem of the files
 * @throws Failure for a stack of a real cloud, or whose cluster and state would be looked for under another name
 */
export function planEmbedded(stack: string, site: Site = readSite(stack)): PlatformPlan {
  const specFile = specFileOf(checkoutRoot, stack);
  const plan = planStack(checkoutRoot, specFile, site);
  const { cloud }: { readonly cloud: string } = plan;
  if (cloud !== "local") {
    throw new Failure(`the stack "${stack}" is on ${cloud}: use "pulumi up -s ${stack}"`);
  }
  if (plan.name === stack) return plan;
  throw new Failure(
    `stacks/${specFile}: name: got "${plan.name}" in the spec of the stack "${stack}"; its cluster and state are found by one name; fix: write "${stack}"`,
  );
}

/** Everything an embedded stack runs on. */
export interface Tools {
  readonly cli: PulumiCli;
  readonly binaries: Binaries;
}

/**
 * Finds or gets the tools, and says first how long that takes when something must be built.
 * @param further builds that will be asked for later, to be announced with the others
 */
export async function getTools(
  progress: Progress,
  further: readonly BuildName[] = [],
): Promise<Tools> {
  await announceBuilds(progress, further);
  const cli = await ensurePulumi(progress);
  prepareHome();
  const etcd = await ensureBuild("etcd", progress);
  const kubernetes = await ensureBuild("kubernetes", progress);
  const kwok = await ensureBuild("kwok", progress);
  return { cli, binaries: { etcd, kubernetes, kwok } };
}

async function announceBuilds(progress: Progress, further: readonly BuildName[]): Promise<void> {
  const cluster = missingBuilds(["etcd", "kubernetes", "kwok", ...further]);
  const engine = (await findPulumi()) ? [] : missingBuilds(["pulumi"]);
  const missing = [...engine, ...cluster];
  if (missing.length === 0) return;
  const minutes = missing.reduce((sum, build) => sum + build.minutes, 0);
  const names = missing.map(({ name }) => name).join(", ");
  progress.note(
    `This machine runs the platform for the first time: ${names} must be built from Go modules once, about ${minutes} minutes on 2 cores. The results are kept for all checkouts.`,
  );
}

/** Writes what the policy pack is told of `plan`, and returns the file. */
export function writePolicyConfig(plan: PlatformPlan): string {
  const file = stackPaths(plan.name).policyConfig;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(policyConfig(policyChoices(plan)), null, 2)}\n`);
  return file;
}

/** Folder of the policy pack. */
export const policyPack = join(checkoutRoot, "policies");

/** How engine commands on `stack` are run. */
export function runOptions(stack: string, cli: PulumiCli): RunOptions {
  return { stack, cli, logFile: join(stackPaths(stack).logs, "pulumi.log") };
}

/** Mends what a killed run left of a stack; its cluster answers. */
export async function mendStack(options: RunOptions, progress: Progress): Promise<void> {
  const { stopped, unlocked, reread, lost } = await recoverStack(options, embeddedId);
  const mended = [
    ...(stopped > 0 ? [`stopped ${stopped} processes of a killed run`] : []),
    ...(unlocked > 0 ? ["removed the lock of a killed run"] : []),
    ...(reread.length > 0
      ? [`read anew ${reread.length} resources that a killed run was changing`]
      : []),
    ...lost.map((urn) => `cannot tell whether a killed run made ${urn}`),
  ];
  for (const line of mended) progress.note(`✓ repaired: ${line}`);
}
