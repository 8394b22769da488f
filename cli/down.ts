/** `npm run down`: destroys an embedded stack and leaves nothing of it behind. */
import { rmSync } from "node:fs";
import { runEngine } from "../embedded/engine/run.ts";
import { stackExists } from "../embedded/engine/stack.ts";
import { Failure } from "../embedded/failure.ts";
import { ensureControlPlane, stopControlPlane } from "../embedded/kubernetes/control-plane.ts";
import { takeLock } from "../embedded/lock.ts";
import { stackPaths } from "../embedded/paths.ts";
import { stopOwned } from "../embedded/process-table.ts";
import type { Progress } from "../embedded/progress.ts";
import { main } from "./command.ts";
import { getTools, mendStack, runOptions } from "./embedded-stack.ts";
import { changesText, errorText, showEvents } from "./engine-progress.ts";
import { printedProgress, stopwatch } from "./progress.ts";

await main({
  usage: "npm run down [-- [stack]]",
  help: `Destroys everything in an embedded stack (by default "local"), then ends every process that "npm run up" started
and removes the stack's state. Safe to repeat, and after a run that was killed.`,
  options: {},
  run: ({ stack }) => down(stack),
});

async function down(stack: string): Promise<void> {
  const elapsed = stopwatch();
  const progress = printedProgress();
  const paths = stackPaths(stack);
  const release = takeLock(paths.lock, `npm run down -- ${stack}`);
  try {
    if (stackExists(stack)) await destroy(stack, progress);
    const engines = await stopOwned("engine", stack);
    const processes = engines + (await stopControlPlane(stack));
    progress.note(`✓ stopped ${processes} processes`);
    rmSync(paths.folder, { recursive: true, force: true });
    process.stdout.write(`Stack ${stack} is gone. Took ${elapsed()}.\n`);
  } finally {
    release();
  }
}

/** Lets the engine delete what it made, in its order, and forget the stack. */
async function destroy(stack: string, progress: Progress): Promise<void> {
  const { cli, binaries } = await getTools(progress);
  await ensureControlPlane(stack, binaries, progress);
  await mendStack(stack, cli, progress);
  const step = progress.step("pulumi destroy");
  const options = runOptions(stack, cli);
  const args = ["destroy", "--yes", "--skip-preview", `--stack=${stack}`];
  const destroyed = await runEngine(args, { ...options, onEvent: showEvents(step) });
  if (!destroyed.ok) {
    step.fail("failed");
    throw new Failure(errorText(destroyed, options.logFile));
  }
  step.done(changesText(destroyed));
  // The settings stay: they are the checkout's, not the stack's state.
  const removed = await runEngine(["stack", "rm", stack, "--yes", "--preserve-config"], options);
  if (!removed.ok) throw new Failure(errorText(removed, options.logFile));
}
