/**
 * The real node of an embedded stack: kubelet, containerd and kube-proxy in namespaces of their own, so that pods run. The
 * machine has two processes of it: one that holds the namespaces, and the gateway. As for the control plane, what runs is
 * compared with what is to run, so that a first start, a repair and a change are one and the same.
 *
 * Callers hold the stack's lock.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../failure.ts";
import type { LocalImage } from "../../images/ensure-image.ts";
import { checkoutState, keyOf, stackPaths } from "../../paths.ts";
import { ownedProcesses, stopOwned } from "../../process-table.ts";
import type { Progress, Step } from "../../progress.ts";
import { KubernetesClient } from "../client.ts";
import { removeNode } from "../nodes.ts";
import {
  endProcesses,
  ensureProcess,
  expectAlive,
  plainName,
  type Running,
  removeLogs,
  type Site,
} from "../process-group.ts";
import { ensureSettings } from "../settings.ts";
import { addonObjects } from "./addons.ts";
import { writeEgressSelector } from "./api-server.ts";
import { ensureCertificates } from "./certificates.ts";
import { makeCgroups, ownCgroups, removeCgroups } from "./cgroups.ts";
import { initOf } from "./enter.ts";
import { type Exposed, ensureForwards } from "./forwards.ts";
import { isRegistered, joinCluster, type NodeIdentity, takesPodsNow } from "./join-cluster.ts";
import type { MachineCapacity } from "./machine.ts";
import { nodeName } from "./network.ts";
import { recordCgroups, recordedCgroups, writeNodeFolder } from "./node-folder.ts";
import { NodeImages } from "./node-images.ts";
import {
  type Forward,
  gatewayPlan,
  gatewayProcess,
  type NodePrograms,
  nodePlan,
  nodeProcess,
} from "./processes.ts";

/** What a real node is to be. */
export interface RealNodeArgs {
  readonly stack: string;
  readonly programs: NodePrograms;
  /** Images of the node itself. */
  readonly images: {
    readonly pause: LocalImage;
    readonly coredns: LocalImage;
    readonly metricsServer: LocalImage;
  };
  /** Images of services. */
  readonly serviceImages: readonly LocalImage[];
  readonly capacity: MachineCapacity;
  readonly identity: NodeIdentity;
  /** Services to be reached from the machine. */
  readonly exposed: readonly Exposed[];
  /** Folder that stands for the model bucket. */
  readonly models: string;
}

/** A real node that takes pods. */
export interface RealNode {
  readonly forwards: readonly Forward[];
  /** Whether this call started it. */
  readonly isNew: boolean;
}

/** Long enough for a machine that builds something on both cores. */
const patienceMs = 90_000;

/** Makes what the API server of a control plane with a real node needs. Comes before its start. */
export async function prepareControlPlane(stack: string, { tools }: NodePrograms): Promise<void> {
  const { controlPlane } = stackPaths(stack);
  mkdirSync(controlPlane, { recursive: true, mode: 0o700 });
  writeEgressSelector(controlPlane);
  await ensureCertificates(controlPlane, join(tools, "openssl"));
}

/**
 * Brings up the real node, or finds it healthy. Its control plane answers, and was started with a node in mind.
 * @throws Failure with the end of the log of what does not start
 */
export async function ensureRealNode(args: RealNodeArgs, progress: Progress): Promise<RealNode> {
  const step = progress.step("real node");
  try {
    const node = await bringUp(args, step);
    step.done(node.isNew ? undefined : "already running");
    return node;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    step.fail(why.split("\n", 1)[0] ?? why);
    throw error;
  }
}

async function bringUp(args: RealNodeArgs, step: Step): Promise<RealNode> {
  const { stack, programs, images, models } = args;
  const paths = stackPaths(stack);
  const { node: folder, controlPlane, logs } = paths;
  const site: Site = { stack, role: "node", folder: controlPlane, logs };
  const settings = await ensureSettings(controlPlane, true);
  const files = writeNodeFolder({
    ...{ stack, folder, controlPlane, settings, programs },
    ...{ capacity: args.capacity, pauseImage: images.pause.reference },
  });
  mkdirSync(models, { recursive: true });
  const forwards = await ensureForwards(folder, args.exposed, gatewayRuns(stack));
  const cgroups = ownCgroups(`inference-platform-${keyOf(checkoutState())}-${stack}`);

  step.update("namespaces");
  const gateway = await ensureProcess(site, gatewayPlan(settings, forwards), []);
  const plan = nodePlan({ controlPlane, folder, logs, models, cgroups }, programs, settings);
  const client = KubernetesClient.fromFile(paths.kubeconfig);
  if (!(await isRegistered(client))) {
    // A kubelet registers its node once, when it starts, and then refuses for good the pods that it had before.
    await endProcesses(site, (name) => name === nodeProcess);
    await removeNode(client, nodeName);
  }
  const holder = await ensureProcess(site, plan, files, async () => {
    await removeOldCgroups(folder); // The kubelet waits seconds for each container that it finds in them.
    recordCgroups(folder, cgroups);
    makeCgroups(cgroups);
    rmSync(join(folder, imagesAreHere), { force: true });
  });

  step.update("containerd");
  const processes = [gateway, holder];
  const nodeImages = await answeringImages(site, processes, holder, programs);
  step.update("images");
  await nodeImages.ensure([...Object.values(images), ...args.serviceImages]);
  writeFileSync(join(folder, imagesAreHere), "");

  step.update("kubelet, CoreDNS");
  const addons = {
    coredns: images.coredns.reference,
    metricsServer: images.metricsServer.reference,
  };
  await joinCluster({
    client,
    controlPlane,
    addons: addonObjects(addons, settings.port),
    identity: args.identity,
    since: holder.isNew ? new Date() : undefined,
    patienceMs,
    check: () => expectAlive(site, processes),
  });
  return { forwards, isNew: processes.some(({ isNew }) => isNew) };
}

/** `init.sh` starts the kubelet when this file is in the node's folder. */
const imagesAreHere = "images-are-here";

/** The images of the node, as soon as its containerd answers. */
async function answeringImages(
  site: Site,
  processes: readonly Running[],
  { pid }: Running,
  programs: NodePrograms,
): Promise<NodeImages> {
  const deadline = Date.now() + patienceMs;
  for (let trouble = "it has no process"; ; await sleep(100)) {
    expectAlive(site, processes);
    const init = initOf(pid);
    try {
      if (init !== undefined) {
        const images = new NodeImages(init, programs);
        await images.list();
        return images;
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      trouble = error.message;
    }
    if (Date.now() > deadline) {
      throw new Failure(
        `containerd not ready after ${patienceMs / 1_000} s: ${trouble}; the logs are in ${site.logs}`,
      );
    }
  }
}

function gatewayRuns(stack: string): boolean {
  return ownedProcesses("node", stack).some(({ name }) => plainName(name) === gatewayProcess);
}

function realNodeRuns(stack: string): boolean {
  return ownedProcesses("node", stack).some(({ name }) => plainName(name) === nodeProcess);
}

/** Whether the node runs, and the cluster takes it for ready. */
export async function isHealthy(stack: string, client: KubernetesClient): Promise<boolean> {
  return realNodeRuns(stack) && (await takesPodsNow(client));
}

/** Logs of the two processes, and of those that `init.sh` starts. */
const logNames = [
  nodeProcess,
  gatewayProcess,
  "containerd",
  "node-gateway",
  "kube-proxy",
  "kubelet",
];

/** How long control groups may take to be free of the processes that were killed. */
const emptyingMs = 10_000;

/**
 * Ends the node with all its pods, and removes its files and control groups. Returns how many processes there were. Safe to
 * repeat, also after it was killed half way.
 * @throws Failure when a control group stays in use
 */
export async function stopRealNode(stack: string): Promise<number> {
  const { node, controlPlane, logs } = stackPaths(stack);
  const ended = await stopOwned("node", stack, 0); // What is in its namespaces ends with it.
  await removeOldCgroups(node);
  rmSync(node, { recursive: true, force: true });
  removeLogs({ stack, role: "node", folder: controlPlane, logs }, logNames);
  return ended;
}

/** Removes the groups of a node that has ended. @throws Failure when one stays in use */
async function removeOldCgroups(folder: string): Promise<void> {
  const deadline = Date.now() + emptyingMs;
  let left = removeCgroups(recordedCgroups(folder));
  for (; left.length > 0 && Date.now() < deadline; left = removeCgroups(left)) await sleep(50);
  if (left.length > 0) throw new Failure(`control groups are still in use: ${left.join(", ")}`);
}
