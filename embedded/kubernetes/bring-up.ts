/** The two steps of a start: first the API server on its store, then what acts on its objects. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";
import type { Step } from "../progress.ts";
import { kwokRole } from "./access.ts";
import { authorityIn, removeUnusableCertificate } from "./certificate.ts";
import { KubernetesClient } from "./client.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { KubernetesError } from "./kubernetes-error.ts";
import {
  endProcesses,
  ensureProcess,
  expectAlive,
  type Running,
  type Site,
} from "./process-group.ts";
import {
  type Binaries,
  componentKubeconfig,
  controllerNames,
  planOf,
  stagesOf,
} from "./processes.ts";
import { files, type Settings, type UserId, writeIfChanged } from "./settings.ts";

/** How long processes that were just started may take; a machine that builds something on both cores is slow. */
const patienceMs = 90_000;

/** How long processes may take that were already there. When they do not answer, all are started anew. */
const patienceWithOldMs = 20_000;

/** A process that dies of a wrong flag or file does so in this time. */
const settleMs = 500;

/** The API server and its store, when they answer. */
export interface Core {
  readonly processes: readonly Running[];
  /** PEM of the authority behind the API server's certificate. */
  readonly authority: string;
  readonly client: KubernetesClient;
}

/** Starts what is missing of etcd and the API server, and waits until they answer. */
export async function ensureCore(
  site: Site,
  settings: Settings,
  binaries: Binaries,
  hasNode: boolean,
  step: Step,
): Promise<Core> {
  step.update("etcd");
  const socket = join(site.folder, files.etcdSocket);
  const etcd = await ensureProcess(site, planOf("etcd", settings, binaries, hasNode), [], () =>
    rmSync(socket, { force: true }),
  );
  await until(site, [etcd], () => existsSync(socket) || undefined);

  step.update("kube-apiserver");
  // An API server that has long missed its etcd asks for it ever more rarely, up to every two minutes.
  if (etcd.isNew) await endProcesses(site, (name) => name === "kube-apiserver");
  const plan = planOf("kube-apiserver", settings, binaries, hasNode);
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

/**
 * Asks the API server itself; its answer covers etcd.
 * @throws KubernetesError when it is not ready, or does not answer
 */
export async function expectReady(client: KubernetesClient): Promise<void> {
  await client.text("/readyz", { timeoutMs: 5_000 });
}

/** Starts what is missing of the controllers, and waits until pods can be made. */
export async function ensureControllers(
  site: Site,
  settings: Settings,
  binaries: Binaries,
  core: Core,
  step: Step,
): Promise<readonly Running[]> {
  const { client, authority } = core;
  step.update(controllerNames.join(", "));
  // A controller that missed its API server, if only for a second, asks for changes ever more rarely, up to once a minute.
  if (core.processes.some(({ isNew }) => isNew)) await endProcesses(site, isController);
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
      return ensureProcess(site, planOf(name, settings, binaries, false), inputs, prepare);
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

function isController(name: string): boolean {
  return controllerNames.some((known) => known === name);
}

async function grantKwok(client: KubernetesClient): Promise<void> {
  for (const object of kwokRole) {
    await client.apply(object, { fieldManager: "inference-platform", force: true });
  }
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

/** The kubeconfig of a user of this control plane. */
export function configFor(
  user: UserId,
  stack: string,
  settings: Settings,
  authority: string,
): string {
  return kubeconfigText({
    name: user === "admin" ? `inference-platform-${stack}` : user,
    server: `https://127.0.0.1:${settings.port}`,
    authority,
    token: settings.tokens[user],
  });
}
