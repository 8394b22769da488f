/** `npm run up`: brings up an embedded stack, or repairs and updates it. */

import { shellQuote } from "../embedded/engine/home.ts";
import { type EngineResult, runEngine } from "../embedded/engine/run.ts";
import { ensureStack } from "../embedded/engine/stack.ts";
import { Failure } from "../embedded/failure.ts";
import { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { ensureControlPlane } from "../embedded/kubernetes/control-plane.ts";
import { takeLock } from "../embedded/lock.ts";
import { stackPaths } from "../embedded/paths.ts";
import type { Progress } from "../embedded/progress.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { rules } from "../policies/rules/index.ts";
import { main } from "./command.ts";
import {
  getTools,
  mendStack,
  planEmbedded,
  policyPack,
  runOptions,
  type Tools,
  writePolicyConfig,
} from "./embedded-stack.ts";
import { changesText, errorText, showEvents } from "./engine-progress.ts";
import { policyReport, policyText } from "./policy-report.ts";
import { printedProgress, stopwatch } from "./progress.ts";
import { readServices, type ServiceReport, servicesText } from "./service-report.ts";

await main({
  usage: "npm run up [-- [stack]]",
  help: `Brings up an embedded stack (by default "local") on this machine: the Kubernetes control plane, then
everything in the stack's spec by the Pulumi engine, judged by the policy pack before anything is made.
Run again, it repairs and updates; what is right already stays untouched. "npm run down" removes everything.`,
  options: {},
  run: ({ stack }) => up(stack),
});

async function up(stack: string): Promise<void> {
  const elapsed = stopwatch();
  const plan = planEmbedded(stack);
  const progress = printedProgress();
  const release = takeLock(stackPaths(stack).lock, `npm run up -- ${stack}`);
  try {
    const tools = await getTools(progress);
    await ensureControlPlane(stack, tools.binaries, progress);
    await mendStack(stack, tools.cli, progress);
    await ensureStack(runOptions(stack, tools.cli));
    const result = await update(plan, tools, progress);
    const services = await readServices(
      plan,
      KubernetesClient.fromFile(stackPaths(stack).kubeconfig),
    );
    process.stdout.write(`\n${summary(plan, result, services)}\nTook ${elapsed()}.\n`);
  } finally {
    release();
  }
}

/** Runs the engine's `up`. @throws Failure with its reasons, the policy's first */
async function update(
  plan: PlatformPlan,
  { cli }: Tools,
  progress: Progress,
): Promise<EngineResult> {
  const step = progress.step("pulumi up");
  const options = runOptions(plan.name, cli);
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

function summary(
  plan: PlatformPlan,
  result: EngineResult,
  services: readonly ServiceReport[],
): string {
  const simulated = services.some(({ pods }) => pods.some((pod) => pod.simulated));
  return [
    `Stack ${plan.name} is up: ${changesText(result)}.`,
    "",
    servicesText(services),
    "",
    policyText(policyReport(result.policies), rules.length),
    ...plan.notes.map((note) => `Note: ${note}`),
    "",
    ...(simulated
      ? [
          "Pods on simulated nodes are real objects of a real API, but no container runs: nothing answers requests.",
        ]
      : []),
    "Look further:",
    `  export KUBECONFIG=${shellQuote(stackPaths(plan.name).kubeconfig)}`,
    `  eval "$(npm run --silent env)"   # pulumi and kubectl on PATH`,
    "  kubectl get pods -A",
    "",
  ].join("\n");
}
