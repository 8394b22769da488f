/** The engine's runs on a whole stack, shown while they go on. */
import { unlockStack } from "../embedded/engine/recovery.ts";
import { type EngineResult, type RunOptions, runEngine } from "../embedded/engine/run.ts";
import { Failure } from "../embedded/failure.ts";
import type { Progress } from "../embedded/progress.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { rules } from "../policies/rules/index.ts";
import { policyPack, writePolicyConfig } from "./embedded-stack.ts";
import { changesText, errorText, showEvents } from "./engine-progress.ts";
import { policyReport, policyText } from "./policy-report.ts";

/** Runs the engine's `up`. @throws Failure with its reasons, the policy's first */
export async function updateStack(
  plan: PlatformPlan,
  options: RunOptions,
  progress: Progress,
): Promise<EngineResult> {
  const step = progress.step("pulumi up");
  const args = [
    "up",
    "--yes",
    "--refresh", // what somebody changed in the cluster is found and set right
    `--stack=${plan.name}`,
    `--policy-pack=${policyPack}`,
    `--policy-pack-config=${writePolicyConfig(plan)}`,
  ];
  const result = await runEngine(args, { ...options, onEvent: showEvents(step) });
  if (result.ok) {
    step.done(changesText(result));
    return result;
  }
  step.fail(result.interrupted ? "interrupted" : "failed");
  const report = policyReport(result.policies);
  if (report.mandatory.length === 0) throw new Failure(errorText(result, options.logFile));
  throw new Failure(`${policyText(report, rules.length)}\n${stoppedText(result)}`);
}

/** A preview changes nothing; a rule may also object to a value that only the update knows, half way through it. */
function stoppedText({ steps }: EngineResult): string {
  const nothing = steps.every(({ preview }) => preview);
  return nothing
    ? "Nothing was changed: a mandatory rule is violated."
    : "The update stopped half way: a mandatory rule is violated by a value that the preview did not know.";
}

/** Lets the engine delete what it made, in its order, and forget the stack. */
export async function destroyStack(options: RunOptions, progress: Progress): Promise<void> {
  const step = progress.step("pulumi destroy");
  const args = ["destroy", "--yes", "--skip-preview", `--stack=${options.stack}`];
  const destroyed = await runEngine(args, { ...options, onEvent: showEvents(step) });
  if (!destroyed.ok) {
    step.fail("failed");
    throw new Failure(errorText(destroyed, options.logFile));
  }
  step.done(changesText(destroyed));
  await removeState(options);
}

/** Removes the stack's state, whatever is in it. */
export async function forgetStack(options: RunOptions): Promise<void> {
  await unlockStack(options);
  await removeState(options, "--force");
}

/** The settings stay: they are the checkout's. */
async function removeState(options: RunOptions, ...flags: readonly string[]): Promise<void> {
  const args = ["stack", "rm", options.stack, "--yes", "--preserve-config", ...flags];
  const removed = await runEngine(args, options);
  if (!removed.ok) throw new Failure(errorText(removed, options.logFile));
}
