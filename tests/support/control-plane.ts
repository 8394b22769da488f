/** What the tests of the embedded control plane share: a state folder of their own, its processes, and what it remembers. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import {
  type ControlPlane,
  controlPlaneStatus,
  ensureControlPlane,
  stopControlPlane,
} from "../../embedded/kubernetes/control-plane.ts";
import { failedWith } from "../../embedded/kubernetes/kubernetes-error.ts";
import type { KubernetesObject } from "../../embedded/kubernetes/objects.ts";
import type { ProcessName } from "../../embedded/kubernetes/processes.ts";
import { checkoutRoot, stackPaths } from "../../embedded/paths.ts";
import { owned, stopOwned } from "../../embedded/process-table.ts";
import { silent } from "../../embedded/progress.ts";
import { controlPlanePrograms, useTemporaryState } from "./test-cluster.ts";

/** The processes of a control plane, in the order of their start. */
export const all: readonly ProcessName[] = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
];
/** Who these tests are to the API server. */
export const fieldManager = "test";
/** The stack of most tests. */
export const stack = "one";

/** The tests of the suite at hand get a state folder of their own; what still runs in it is stopped after them. */
export function ownState(): void {
  let removeState: (() => void) | undefined;

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the programs.
    await controlPlanePrograms();
    removeState = useTemporaryState();
  });

  after(async () => {
    if (removeState === undefined) return; // Nothing of the developer's own state is stopped.
    for (const name of [stack, "two", "killed"]) await stopControlPlane(name);
    removeState();
  });
}

/** Starts or repairs the control plane of a stack. */
export async function ensure(name = stack): Promise<ControlPlane> {
  return ensureControlPlane(name, await controlPlanePrograms(), silent);
}

/** The running processes of a control plane, by name. */
export async function pids(name = stack): Promise<Partial<Record<ProcessName, number>>> {
  return (await controlPlaneStatus(name)).processes;
}

/** A client of the stack with all rights. */
export function admin(name = stack): KubernetesClient {
  return KubernetesClient.fromFile(stackPaths(name).kubeconfig);
}

/** Sends a signal to one process, and gives the system a moment to act on it. */
export async function kill(
  pid: number | undefined,
  signal: NodeJS.Signals = "SIGKILL",
): Promise<void> {
  assert.ok(pid !== undefined);
  process.kill(pid, signal);
  await sleep(100);
}

/** Ends all processes of a control plane at once, as a reboot does; its files stay. */
export async function killAll(name = stack): Promise<void> {
  await stopOwned("control-plane", name, 0);
}

/** Runs lines of a program that knows the control plane, in a process of its own. */
export function run(lines: string): ChildProcess {
  const program = `
    import { ensureControlPlane, stopControlPlane } from "${checkoutRoot}/embedded/kubernetes/control-plane.ts";
    import { silent } from "${checkoutRoot}/embedded/progress.ts";
    ${lines}`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
}

/** How many processes of a control plane run. */
export function running(name: string): number {
  return owned("control-plane", name).length;
}

/** What `check` finds, as soon as it finds something. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
  everyMs = 100,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(everyMs)) {
    const result = await check();
    if (result !== undefined) return result;
  }
  assert.fail(`waited ${timeoutMs} ms in vain for ${what}`);
}

/** A ConfigMap that holds its own name. */
export function configMap(name: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { name },
  };
}

/** Writes something that must outlive a repair. */
export async function remember(name: string, client = admin()): Promise<void> {
  await client.apply(configMap(name), { fieldManager });
}

/** Whether what `remember` wrote is still there. */
export async function isRemembered(name: string, client = admin()): Promise<boolean> {
  return (await client.get(`/api/v1/namespaces/default/configmaps/${name}`)) !== undefined;
}

/** A Namespace with these labels. */
export function namespace(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Whether an error is a refusal of the API server for this reason. */
export function refusedWith(reason: string): (error: unknown) => boolean {
  return (error) => failedWith(error, reason);
}
