/**
 * The control plane of one embedded stack: etcd, API server, controller manager, scheduler and kwok, as processes that
 * outlive the command. `ensureControlPlane` compares what runs with what is to run and mends the difference, so a first
 * start, a repair after a kill or a reboot, and a change of version are one and the same.
 *
 * etcd flushes to the disk before it answers (no `--unsafe-no-fsync`), so that a stack outlives a loss of power, too. Tried with
 * 1,200 applies and 100 Deployments: the difference was smaller than that between two runs.
 *
 * Callers hold the stack's lock.
 */
import { existsSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { Failure } from "../failure.ts";
import { type StackPaths, stackPaths } from "../paths.ts";
import { ownedProcesses, stopOwned } from "../process-table.ts";
import type { Progress, Step } from "../progress.ts";
import { configFor, ensureControllers, ensureCore, expectReady } from "./bring-up.ts";
import { KubernetesClient } from "./client.ts";
import { KubernetesError } from "./kubernetes-error.ts";
import { endProcesses, plainName, removeLogs, type Site } from "./process-group.ts";
import { type Binaries, controllerNames, coreNames, type ProcessName } from "./processes.ts";
import { ensureSettings, writeIfChanged } from "./settings.ts";

/** A control plane that answers. */
export interface ControlPlane {
  /** Path of the person's kubeconfig; its only context is `inference-platform-<stack>`. */
  readonly kubeconfig: string;
  /** For example `https://127.0.0.1:20123`. */
  readonly server: string;
  /** What this call started; empty when all was well. */
  readonly started: readonly string[];
}

/** How a control plane is doing. */
export interface ControlPlaneStatus {
  /** `broken` is anything between: a process is missing, or the API server does not answer. */
  readonly state: "running" | "broken" | "stopped";
  /** Ids of the processes that run. */
  readonly processes: Readonly<Partial<Record<ProcessName, number>>>;
}

const names: readonly ProcessName[] = [...coreNames, ...controllerNames];

/** What a start is to lead to. */
interface Asked {
  readonly stack: string;
  readonly binaries: Binaries;
  readonly hasNode: boolean;
}

/**
 * Brings up the control plane of `stack`, or finds it healthy. What etcd holds is kept.
 * @param hasNode whether a real node belongs to it, whose certificates are there: it then reaches pods and the kubelet there
 * @throws Failure with the end of the log of the process that does not start
 */
export async function ensureControlPlane(
  stack: string,
  binaries: Binaries,
  progress: Progress,
  hasNode = false,
): Promise<ControlPlane> {
  const step = progress.step("control plane");
  const asked = { stack, binaries, hasNode };
  try {
    const result = await bringUpTwice(asked, step);
    step.done(result.started.length === 0 ? "already running" : undefined);
    return result;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    step.fail(why.split("\n", 1)[0] ?? why); // The end of a log follows with the error itself.
    throw error;
  }
}

/** What cannot be mended in place is mended by starting everything anew, on the same data. */
async function bringUpTwice(asked: Asked, step: Step): Promise<ControlPlane> {
  const { stack } = asked;
  try {
    return await bringUp(asked, step);
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
  step.update("starting everything anew");
  await stopOwned("control-plane", stack, 0);
  try {
    return await bringUp(asked, step);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const wayOut = `if it stays so, "npm run down -- ${stack}" removes this control plane with its data`;
    throw new Failure(`${error.message}\n${wayOut}`);
  }
}

/** What a program that does not start, or a server that does not answer, ends in. */
function isExpected(error: unknown): error is Failure | KubernetesError {
  return error instanceof Failure || error instanceof KubernetesError;
}

async function bringUp({ stack, binaries, hasNode }: Asked, step: Step): Promise<ControlPlane> {
  const paths = stackPaths(stack);
  const site = siteOf(stack, paths);
  rmSync(removedFolder(paths), { recursive: true, force: true });
  await endProcesses(site, (name) => !names.some((known) => known === name));
  const portIsOurs = namesRunning(stack).includes("kube-apiserver");
  const settings = await ensureSettings(site.folder, portIsOurs);

  const core = await ensureCore(site, settings, binaries, hasNode, step);
  writeIfChanged(paths.kubeconfig, configFor("admin", stack, settings, core.authority));
  const controllers = await ensureControllers(site, settings, binaries, core, step);

  const started = [...core.processes, ...controllers]
    .filter(({ isNew }) => isNew)
    .map(({ name }) => name);
  return { kubeconfig: paths.kubeconfig, server: core.client.server, started };
}

/**
 * Ends every process of the control plane and removes its data, keys, kubeconfig and logs. Returns how many processes there
 * were. Safe to repeat, also after it was killed half way.
 */
export async function stopControlPlane(stack: string): Promise<number> {
  const paths = stackPaths(stack);
  const ended = await stopOwned("control-plane", stack, 0); // Nothing of theirs is kept.
  rmSync(paths.kubeconfig, { force: true });
  // Renamed first: a removal that is killed half way must not leave half of etcd's data for the next start.
  rmSync(removedFolder(paths), { recursive: true, force: true });
  if (existsSync(paths.controlPlane)) renameSync(paths.controlPlane, removedFolder(paths));
  rmSync(removedFolder(paths), { recursive: true, force: true });
  removeLogs(siteOf(stack, paths), names);
  removeIfEmpty(paths.logs);
  removeIfEmpty(paths.folder);
  return ended;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds what is not ours, or is gone.
  }
}

/** How the control plane of `stack` is doing; changes nothing. */
export async function controlPlaneStatus(stack: string): Promise<ControlPlaneStatus> {
  const { kubeconfig } = stackPaths(stack);
  const running = ownedProcesses("control-plane", stack);
  const processes = Object.fromEntries(
    names.flatMap((name) =>
      running.filter((one) => plainName(one.name) === name).map(({ pid }) => [name, pid]),
    ),
  );
  if (running.length === 0) return { state: "stopped", processes };
  const isWhole = names.every((name) => processes[name] !== undefined) && existsSync(kubeconfig);
  return { state: isWhole && (await answers(kubeconfig)) ? "running" : "broken", processes };
}

async function answers(kubeconfig: string): Promise<boolean> {
  try {
    await expectReady(KubernetesClient.fromFile(kubeconfig));
    return true;
  } catch (error) {
    if (error instanceof KubernetesError) return false;
    throw error;
  }
}

function siteOf(stack: string, paths: StackPaths): Site {
  return { stack, role: "control-plane", folder: paths.controlPlane, logs: paths.logs };
}

function removedFolder(paths: StackPaths): string {
  return `${paths.controlPlane}.removed`;
}

function namesRunning(stack: string): readonly string[] {
  return ownedProcesses("control-plane", stack).map(({ name }) => plainName(name));
}
