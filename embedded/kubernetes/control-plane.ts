/**
 * The control plane of one embedded stack: etcd, API server, controller manager, scheduler and kwok, as processes that
 * outlive the command. `ensureControlPlane` compares what runs with what is to run and mends the difference, so a first
 * start, a repair after a kill or a reboot, and a change of version are one and the same.
 *
 * etcd flushes to the disk before it answers (no `--unsafe-no-fsync`), so a stack outlives a loss of power, too. Tried with
 * 1,200 applies and 100 Deployments: the difference was smaller than that between two runs.
 *
 * Callers hold the stack's lock.
 */
import { existsSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";
import { type StackPaths, stackPaths } from "../paths.ts";
import { ownedProcesses, stopOwned } from "../process-table.ts";
import type { Progress, Step } from "../progress.ts";
import { kwokRole } from "./access.ts";
import { authorityIn, removeUnusableCertificate } from "./certificate.ts";
import { KubernetesClient } from "./client.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { KubernetesError } from "./kubernetes-error.ts";
import {
  endProcesses,
  ensureProcess,
  expectAlive,
  plainName,
  type Running,
  removeLogs,
  type Site,
} from "./process-group.ts";
import {
  type Binaries,
  componentKubeconfig,
  controllerNames,
  coreNames,
  type ProcessName,
  planOf,
  stagesOf,
} from "./processes.ts";
import { ensureSettings, files, type Settings, type UserId, writeIfChanged } from "./settings.ts";

/** A control plane that answers. */
export interface ControlPlane {
  /** Path of the person's kubeconfig; its only context is `inference-platform-<stack>`. */
  readonly kubeconfig: string;
  /** For example `https://127.0.0.1:20123`. */
  readonly server: string;
  /** What this call started; empty when all was well. */
  readonly started: readonly ProcessName[];
}

/** How a control plane is doing. */
export interface ControlPlaneStatus {
  /** `broken` is anything between: a process is missing, or the API server does not answer. */
  readonly state: "running" | "broken" | "stopped";
  /** Ids of the processes that run. */
  readonly processes: Readonly<Partial<Record<ProcessName, number>>>;
}

/** How long processes that were just started may take; a machine that builds something on both cores is slow. */
const patienceMs = 90_000;

/** How long processes may take that were already there. When they do not answer, all are started anew. */
const patienceWithOldMs = 20_000;

/** A process that dies of a wrong flag or file does so in this time. */
const settleMs = 500;

const names: readonly ProcessName[] = [...coreNames, ...controllerNames];

/**
 * Brings up the control plane of `stack`, or finds it healthy. What etcd holds is kept.
 * @throws Failure with the end of the log of the process that does not start
 */
export async function ensureControlPlane(
  stack: string,
  binaries: Binaries,
  progress: Progress,
): Promise<ControlPlane> {
  const step = progress.step("control plane");
  try {
    const result = await bringUpTwice(stack, binaries, step);
    step.done(result.started.length === 0 ? "already running" : undefined);
    return result;
  } catch (error) {
    step.fail(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** What cannot be mended in place is mended by starting everything anew, on the same data. */
async function bringUpTwice(stack: string, binaries: Binaries, step: Step): Promise<ControlPlane> {
  try {
    return await bringUp(stack, binaries, step);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    step.update("starting everything anew");
    await stopOwned("control-plane", stack, 0);
    return bringUp(stack, binaries, step);
  }
}

async function bringUp(stack: string, binaries: Binaries, step: Step): Promise<ControlPlane> {
  const paths = stackPaths(stack);
  const site = siteOf(stack, paths);
  rmSync(removedFolder(paths), { recursive: true, force: true });
  await endProcesses(site, (name) => !names.some((known) => known === name));
  const portIsOurs = namesRunning(stack).includes("kube-apiserver");
  const settings = await ensureSettings(site.folder, portIsOurs);

  const core = await ensureCore(site, settings, binaries, step);
  writeIfChanged(paths.kubeconfig, configFor("admin", stack, settings, core.authority));
  const controllers = await ensureControllers(site, settings, binaries, core, step);

  const started = [...core.processes, ...controllers]
    .filter(({ isNew }) => isNew)
    .map(({ name }) => name);
  return { kubeconfig: paths.kubeconfig, server: core.client.server, started };
}

interface Core {
  readonly processes: readonly Running[];
  /** PEM of the authority behind the API server's certificate. */
  readonly authority: string;
  readonly client: KubernetesClient;
}

async function ensureCore(
  site: Site,
  settings: Settings,
  binaries: Binaries,
  step: Step,
): Promise<Core> {
  step.update("etcd");
  const socket = join(site.folder, files.etcdSocket);
  const etcd = await ensureProcess(site, planOf("etcd", settings, binaries), [], () =>
    rmSync(socket, { force: true }),
  );
  await until(site, [etcd], () => existsSync(socket) || undefined);

  step.update("kube-apiserver");
  // An API server that has long missed its etcd asks for it ever more rarely, up to every two minutes.
  if (etcd.isNew) await endProcesses(site, (name) => name === "kube-apiserver");
  const plan = planOf("kube-apiserver", settings, binaries);
  const apiServer = await ensureProcess(site, plan, settings, () =>
    removeUnusableCertificate(site.folder),
  );
  const processes = [etcd, apiServer];
  const { authority, client } = await until(site, processes, () => answeringApi(site, settings));
  return { processes, authority, client };
}

async function answeringApi(
  site: Site,
  settings: Settings,
): Promise<Pick<Core, "authority" | "client"> | undefined> {
  const authority = authorityIn(site.folder);
  if (authority === undefined) return undefined;
  const client = KubernetesClient.fromText(configFor("admin", site.stack, settings, authority));
  await expectReady(client);
  return { authority, client };
}

/** Asks the API server itself; its answer covers etcd. */
async function expectReady(client: KubernetesClient): Promise<void> {
  await client.text("/readyz", { timeoutMs: 5_000 });
}

async function ensureControllers(
  site: Site,
  settings: Settings,
  binaries: Binaries,
  { client, authority }: Core,
  step: Step,
): Promise<readonly Running[]> {
  step.update(controllerNames.join(", "));
  const stages = stagesOf(binaries);
  writeIfChanged(join(site.folder, files.authority), authority);
  writeIfChanged(join(site.folder, files.stages), stages);
  for (const name of controllerNames) {
    const config = configFor(name, site.stack, settings, authority);
    writeIfChanged(join(site.folder, componentKubeconfig(name)), config);
  }
  const inputs = [settings, authority, stages];
  const processes = await Promise.all(
    controllerNames.map((name) => {
      const prepare = name === "kwok" ? () => grantKwok(client) : undefined;
      return ensureProcess(site, planOf(name, settings, binaries), inputs, prepare);
    }),
  );
  const settled = Date.now() + (processes.some(({ isNew }) => isNew) ? settleMs : 0);
  await until(
    site,
    processes,
    async () => ((await canHoldPods(client)) && Date.now() >= settled) || undefined,
  );
  return processes;
}

async function grantKwok(client: KubernetesClient): Promise<void> {
  for (const object of kwokRole)
    await client.apply(object, { fieldManager: "inference-platform", force: true });
}

/** A namespace refuses pods until the controller manager has given it a service account. */
async function canHoldPods(client: KubernetesClient): Promise<boolean> {
  const namespace = "/api/v1/namespaces/default";
  const [account, authority] = await Promise.all([
    client.get(`${namespace}/serviceaccounts/default`),
    client.get(`${namespace}/configmaps/kube-root-ca.crt`),
  ]);
  return account !== undefined && authority !== undefined;
}

/**
 * Waits for the first result of `check`; a request that fails counts as none.
 * @throws Failure when a process ends, or no result comes in time
 */
async function until<T>(
  site: Site,
  processes: readonly Running[],
  check: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const patience = processes.some(({ isNew }) => isNew) ? patienceMs : patienceWithOldMs;
  const deadline = Date.now() + patience;
  let trouble = "";
  for (;;) {
    expectAlive(site, processes);
    try {
      const result = await check();
      if (result !== undefined) return result;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      trouble = `: ${error.message}`;
    }
    if (Date.now() > deadline) {
      const who = processes.map(({ name }) => name).join(", ");
      throw new Failure(
        `${who} not ready after ${patience / 1_000} s${trouble}; the logs are in ${site.logs}`,
      );
    }
    await sleep(50);
  }
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
  return { stack, folder: paths.controlPlane, logs: paths.logs };
}

function removedFolder(paths: StackPaths): string {
  return `${paths.controlPlane}.removed`;
}

function namesRunning(stack: string): readonly string[] {
  return ownedProcesses("control-plane", stack).map(({ name }) => plainName(name));
}

function configFor(user: UserId, stack: string, settings: Settings, authority: string): string {
  return kubeconfigText({
    name: user === "admin" ? `inference-platform-${stack}` : user,
    server: `https://127.0.0.1:${settings.port}`,
    authority,
    token: settings.tokens[user],
  });
}
