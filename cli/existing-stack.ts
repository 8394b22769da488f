/** A stack on a cluster that exists already: brought up and taken down without a control plane or a node of ours. */
import { delimiter } from "node:path";
import {
  type ClusterRecord,
  readClusterRecord,
  writeClusterRecord,
} from "../embedded/cluster-record.ts";
import { prepareHome, shellQuote } from "../embedded/engine/home.ts";
import {
  chooseProvider,
  officialProvider,
  type ProviderChoice,
  providerForRemoval,
  providerVariable,
} from "../embedded/engine/kubernetes-provider.ts";
import { ensurePulumi } from "../embedded/engine/pulumi-cli.ts";
import type { EngineResult, RunOptions } from "../embedded/engine/run.ts";
import { ensureStack } from "../embedded/engine/stack.ts";
import { clusterInState } from "../embedded/engine/state-cluster.ts";
import { Failure } from "../embedded/failure.ts";
import { ownKubeconfigFiles } from "../embedded/kubernetes/own-kubeconfig.ts";
import { takeLock } from "../embedded/lock.ts";
import { stackPaths } from "../embedded/paths.ts";
import type { Progress } from "../embedded/progress.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { rules } from "../policies/rules/index.ts";
import { mendStack, runOptions } from "./embedded-stack.ts";
import { changesText } from "./engine-progress.ts";
import {
  type ReachedCluster,
  reachCluster,
  refuseForeignNamespaces,
  versionNote,
} from "./existing-cluster.ts";
import type { NodeWish } from "./node-choice.ts";
import { policyReport, policyText } from "./policy-report.ts";
import { printedProgress, stopwatch } from "./progress.ts";
import { readServices, type ServiceReport, servicesText } from "./service-report.ts";
import { destroyStack, updateStack } from "./stack-runs.ts";

/**
 * A stack stays on the kind of cluster that it was made on: what it has there would be left behind.
 * @throws Failure when its spec now asks for the other kind
 */
export function refuseMove({ name, cluster }: PlatformPlan): void {
  const now = clusterInState(name);
  if (now.kind === "none" || now.kind === cluster.kind) return;
  const place =
    now.kind === "existing" ? `the cluster of context "${now.context}"` : "its embedded cluster";
  throw new Failure(
    `the stack "${name}" is on ${place}, and its spec now names another; fix: "npm run down -- ${name}" first`,
  );
}

/**
 * Brings up a stack on the cluster of `context`.
 * @throws Failure when a kind of node is wished for
 */
export async function upExisting(
  plan: PlatformPlan,
  context: string,
  wish: NodeWish,
): Promise<void> {
  const elapsed = stopwatch();
  if (wish !== "auto") {
    throw new Failure(`--node=${wish}: the nodes of an existing cluster are not ours to change`);
  }
  const stack = plan.name;
  const progress = printedProgress();
  const release = takeLock(stackPaths(stack).lock, `npm run up -- ${stack}`);
  try {
    const record = readClusterRecord(stack);
    const cluster = await reach(stack, context, record, progress);
    await refuseForeignNamespaces(plan, cluster.client);
    const provider = chooseProvider(stack, record?.provider, officialProvider());
    const options = await prepare(stack, provider, progress);
    writeClusterRecord(stack, { provider: provider.name, uid: cluster.uid });
    await mendStack(options, progress);
    await ensureStack(options);
    const result = await updateStack(plan, options, progress);
    const services = await readServices(plan, cluster.client);
    const text = summary(plan, context, cluster, result, services);
    process.stdout.write(`\n${text}\nTook ${elapsed()}.\n`);
  } finally {
    release();
  }
}

/** Destroys what a stack has on the cluster of `context`; the caller holds the stack's lock. */
export async function destroyExisting(
  stack: string,
  context: string,
  progress: Progress,
): Promise<void> {
  const record = readClusterRecord(stack);
  await reach(stack, context, record, progress);
  const provider = providerForRemoval(record?.provider, officialProvider());
  const options = await prepare(stack, provider, progress);
  await mendStack(options, progress);
  await destroyStack(options, progress);
}

/** Variables under which the engine and kubectl work on such a stack, with the provider that it was or will be made with. */
export function existingVariables(stack: string): Readonly<Record<string, string>> {
  return variablesOf(chooseProvider(stack, readClusterRecord(stack)?.provider, officialProvider()));
}

function variablesOf({ program }: ProviderChoice): Readonly<Record<string, string>> {
  return { KUBECONFIG: ownKubeconfigFiles().join(delimiter), [providerVariable]: program };
}

/** @throws Failure when it is another cluster than that which the stack is on */
async function reach(
  stack: string,
  context: string,
  record: ClusterRecord | undefined,
  progress: Progress,
): Promise<ReachedCluster> {
  const step = progress.step(`cluster ${context}`);
  try {
    const cluster = await reachCluster(context);
    if (record?.uid !== undefined && record.uid !== cluster.uid) {
      throw new Failure(
        `the context "${context}" leads to another cluster than the one that the stack "${stack}" is on`,
      );
    }
    step.done(`Kubernetes ${cluster.version} at ${cluster.client.server}`);
    return cluster;
  } catch (error) {
    step.fail("cannot be used");
    if (!(error instanceof Failure) || clusterInState(stack).kind === "none") throw error;
    throw new Failure(
      `${error.message}\nWhen the stack's own cluster is gone: npm run down -- ${stack} --forget`,
    );
  }
}

/** Gets the engine ready for such a stack. */
async function prepare(
  stack: string,
  provider: ProviderChoice,
  progress: Progress,
): Promise<RunOptions> {
  progress.note(`✓ Kubernetes provider: ${provider.name} (${provider.why})`);
  const cli = await ensurePulumi(progress);
  prepareHome();
  return { ...runOptions(stack, cli), env: variablesOf(provider) };
}

function summary(
  plan: PlatformPlan,
  context: string,
  cluster: ReachedCluster,
  result: EngineResult,
  services: readonly ServiceReport[],
): string {
  const older = versionNote(cluster.version);
  return [
    `Stack ${plan.name} is up on ${context}: ${changesText(result)}.`,
    "",
    servicesText(services),
    "",
    policyText(policyReport(result.policies), rules.length),
    ...[...plan.notes, ...(older === undefined ? [] : [older])].map((note) => `Note: ${note}`),
    "",
    ...reachText(services, context),
    "Look further:",
    `  kubectl --context ${shellQuote(context)} get pods -A`,
    "",
  ].join("\n");
}

/** First port of this machine that is proposed for a service. */
const firstPort = 8080;

/** How to call the services that run; a simulated pod answers nobody. */
export function reachText(services: readonly ServiceReport[], context: string): readonly string[] {
  const running = services.filter(({ pods }) => pods.some((pod) => pod.ready && !pod.simulated));
  const simulated = services.some(({ pods }) => pods.some((pod) => pod.simulated));
  return [
    ...(simulated
      ? ["Pods on simulated nodes run no container: nothing there answers requests."]
      : []),
    ...(running.length > 0 ? ["Call a service from here:"] : []),
    ...running.map(({ service: { name, namespace } }, index) => {
      const port = firstPort + index;
      return `  kubectl --context ${shellQuote(context)} -n ${namespace} port-forward service/${name} ${port}:http   # http://127.0.0.1:${port}`;
    }),
  ];
}
