/** `npm run down`: destroys an embedded stack and leaves nothing of it behind. */
import { rmSync } from "node:fs";
import { ensurePulumi } from "../embedded/engine/pulumi-cli.ts";
import { stackExists } from "../embedded/engine/stack.ts";
import { clusterInState } from "../embedded/engine/state-cluster.ts";
import { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { ensureControlPlane, stopControlPlane } from "../embedded/kubernetes/control-plane.ts";
import { isHealthy, stopRealNode } from "../embedded/kubernetes/node/real-node.ts";
import { takeLock } from "../embedded/lock.ts";
import { stackPaths } from "../embedded/paths.ts";
import { stopOwned } from "../embedded/process-table.ts";
import type { Progress } from "../embedded/progress.ts";
import { readSite } from "../embedded/site.ts";
import { main } from "./command.ts";
import { getTools, mendStack, runOptions } from "./embedded-stack.ts";
import { destroyExisting } from "./existing-stack.ts";
import { printedProgress, stopwatch } from "./progress.ts";
import { removeRealNode } from "./real-node.ts";
import { destroyStack, forgetStack } from "./stack-runs.ts";

await main({
  usage: "npm run down [-- [stack] [--forget]]",
  help: `Destroys everything in an embedded stack (by default "local"), then ends every process that "npm run up" started
and removes the stack's state. Safe to repeat, and after a run that was killed. Of a stack on a cluster of your own, it
removes the stack from there and leaves the cluster alone.

--forget   destroys nothing and removes the state only: for a stack whose cluster is gone.`,
  options: { forget: { type: "boolean", default: false } },
  run: ({ stack, values }) => down(stack, values.forget),
});

async function down(stack: string, forget: boolean): Promise<void> {
  const elapsed = stopwatch();
  const progress = printedProgress();
  const paths = stackPaths(stack);
  const release = takeLock(paths.lock, `npm run down -- ${stack}`);
  try {
    if (stackExists(stack)) await remove(stack, forget, progress);
    const engines = await stopOwned("engine", stack);
    const node = await stopRealNode(stack);
    const processes = engines + node + (await stopControlPlane(stack));
    progress.note(`✓ stopped ${processes} processes`);
    rmSync(paths.folder, { recursive: true, force: true });
    process.stdout.write(`Stack ${stack} is gone. Took ${elapsed()}.\n`);
  } finally {
    release();
  }
}

/** Removes what the stack has made, and the stack. */
async function remove(stack: string, forget: boolean, progress: Progress): Promise<void> {
  const cluster = clusterInState(stack);
  if (forget || cluster.kind === "none") {
    await forgetStack(runOptions(stack, await ensurePulumi(progress)));
  } else if (cluster.kind === "existing") {
    await destroyExisting(stack, cluster.context, progress);
  } else {
    await destroyEmbedded(stack, progress);
  }
}

async function destroyEmbedded(stack: string, progress: Progress): Promise<void> {
  const { cli, binaries } = await getTools(progress);
  const isReal = readSite(stack).realNode !== undefined;
  await ensureControlPlane(stack, binaries, progress, isReal);
  const client = KubernetesClient.fromFile(stackPaths(stack).kubeconfig);
  if (!isReal || !(await isHealthy(stack, client))) {
    // Nobody is left to end the pods in order.
    await removeRealNode(stack, client);
  }
  const options = runOptions(stack, cli);
  await mendStack(options, progress);
  await destroyStack(options, progress);
}
