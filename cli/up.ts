/** `npm run up`: brings up an embedded stack, or repairs and updates it. */

import { writeClusterRecord } from "../embedded/cluster-record.ts";
import { shellQuote } from "../embedded/engine/home.ts";
import type { EngineResult } from "../embedded/engine/run.ts";
import { ensureStack } from "../embedded/engine/stack.ts";
import { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { ensureControlPlane } from "../embedded/kubernetes/control-plane.ts";
import { type MemoryUse, memoryUse } from "../embedded/kubernetes/memory.ts";
import { takeLock } from "../embedded/lock.ts";
import { stackPaths } from "../embedded/paths.ts";
import { emptySite } from "../platform/contracts/site.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { rules } from "../policies/rules/index.ts";
import { main } from "./command.ts";
import { getTools, mendStack, planEmbedded, runOptions } from "./embedded-stack.ts";
import { changesText } from "./engine-progress.ts";
import { refuseMove, upExisting } from "./existing-stack.ts";
import { type NodeWish, nodeWish } from "./node-choice.ts";
import { policyReport, policyText } from "./policy-report.ts";
import { printedProgress, stopwatch } from "./progress.ts";
import {
  applyNode,
  beforeControlPlane,
  missingHere,
  nodeBuilds,
  prepareNode,
  realServices,
} from "./real-node.ts";
import { askServices } from "./service-answers.ts";
import { readServices, type ServiceReport, servicesText } from "./service-report.ts";
import { updateStack } from "./stack-runs.ts";

await main({
  usage: "npm run up [-- [stack] [--node auto|real|simulated]]",
  help: `Brings up an embedded stack (by default "local") on this machine: the Kubernetes control plane, then
everything in the stack's spec by the Pulumi engine, judged by the policy pack before anything is made.
Run again, it repairs and updates; what is right already stays untouched. "npm run down" removes everything.

A stack whose spec says "kubernetes: { use: { context } }" goes to the cluster of that context in your kubeconfig, and no
control plane is started.

--node=auto|real|simulated   whether this machine becomes a node that runs containers, beside the simulated ones. A real
                             node takes Linux, root, namespaces and overlayfs; auto (the default) uses it where it can.`,
  options: { node: { type: "string", default: "auto" } },
  run: ({ stack, values }) => up(stack, nodeWish(values.node)),
});

async function up(stack: string, wish: NodeWish): Promise<void> {
  const elapsed = stopwatch();
  const plan = planEmbedded(stack, emptySite); // What is wrong with the files is said before anything is built.
  refuseMove(plan);
  if (plan.cluster.kind === "existing") return upExisting(plan, plan.cluster.context, wish);
  const progress = printedProgress();
  const { kubeconfig, lock } = stackPaths(stack);
  const release = takeLock(lock, `npm run up -- ${stack}`);
  try {
    const missing = await missingHere(stack, wish);
    const mayBeReal = wish !== "simulated" && missing.length === 0;
    const tools = await getTools(progress, mayBeReal ? nodeBuilds : []);
    const node = await prepareNode(stack, wish, missing, progress);
    progress.note(`✓ ${node.choice.node} node: ${node.choice.why}`);
    await beforeControlPlane(stack, node);
    await ensureControlPlane(stack, tools.binaries, progress, node.choice.node === "real");
    writeClusterRecord(stack, { provider: "embedded" });
    const client = KubernetesClient.fromFile(kubeconfig);
    const running = await applyNode(stack, node, client, progress);
    const options = runOptions(stack, tools.cli);
    await mendStack(options, progress);
    await ensureStack(options);
    const result = await updateStack(node.plan, options, progress);
    const reports = await readServices(node.plan, client);
    const answers = await askServices(node.plan, running?.forwards ?? []);
    const text = summary(node.plan, result, reports, answers);
    process.stdout.write(`\n${text}\nTook ${elapsed()}.\n`);
  } finally {
    release();
  }
}

/** `Memory: 562 MiB for the control plane, 737 MiB for the real node and its pods` */
function memoryText({ controlPlane, realNode }: MemoryUse): string {
  const node = realNode > 0 ? `, ${realNode} MiB for the real node and its pods` : "";
  return `Memory: ${controlPlane} MiB for the control plane${node}`;
}

function summary(
  plan: PlatformPlan,
  result: EngineResult,
  services: readonly ServiceReport[],
  answers: readonly string[],
): string {
  const simulated = services.some(({ pods }) => pods.some((pod) => pod.simulated));
  return [
    `Stack ${plan.name} is up: ${changesText(result)}.`,
    "",
    servicesText(services),
    "",
    ...answers,
    policyText(policyReport(result.policies), rules.length),
    ...plan.notes.map((note) => `Note: ${note}`),
    "",
    ...(simulated
      ? [
          "Pods on simulated nodes are real objects of a real API, but no container runs: nothing answers requests.",
        ]
      : []),
    ...(realServices(plan).length > 0
      ? ["The real node's network does not enforce NetworkPolicies, and reaches nothing outside."]
      : []),
    memoryText(memoryUse(plan.name)),
    "Look further:",
    `  export KUBECONFIG=${shellQuote(stackPaths(plan.name).kubeconfig)}`,
    `  eval "$(npm run --silent env)"   # pulumi and kubectl on PATH`,
    "  kubectl get pods -A",
    "",
  ].join("\n");
}
