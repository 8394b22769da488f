/** The part of a real node that is in the cluster: its Node object and the add-ons. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../failure.ts";
import type { KubernetesClient } from "../client.ts";
import { KubernetesError } from "../kubernetes-error.ts";
import { poolLabel, removeNode, type Taint, takesPods } from "../nodes.ts";
import { type KubernetesObject, readString, referenceTo } from "../objects.ts";
import { addonObjects } from "./addons.ts";
import { metricsApiPath } from "./metrics-server.ts";
import { nodeName } from "./network.ts";
import { resolvesNames } from "./reach.ts";

/** What the node is among the stack's nodes. */
export interface NodeIdentity {
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

interface Joining {
  readonly client: KubernetesClient;
  /** Folder of the control plane. */
  readonly controlPlane: string;
  readonly addons: readonly KubernetesObject[];
  readonly identity: NodeIdentity;
  /** When the kubelet was started, if it was: what the cluster says of it from before does not count. */
  readonly since: Date | undefined;
  readonly patienceMs: number;
  /** @throws when waiting is of no use */
  readonly check: () => void;
}

const writing = { fieldManager: "inference-platform", force: true } as const;

/** Waits until the node takes pods and names are resolved. @throws Failure when it takes too long */
export async function joinCluster(joining: Joining): Promise<void> {
  const { client, addons, identity } = joining;
  for (const object of addons) await client.apply(object, writing);
  await until(joining, "the kubelet has not reported", async () => {
    const lease = await client.get(leasePath);
    const renewed = Date.parse(readString(lease, "spec", "renewTime") ?? "");
    return renewed >= (joining.since?.getTime() ?? 0);
  });
  await client.apply(nodeObject(identity), writing);
  await until(joining, "the node is not ready", () => takesPodsNow(client));
  await until(joining, "names are not resolved", () => resolvesNames(joining.controlPlane));
}

/** Whether the cluster knows the node. */
export async function isRegistered(client: KubernetesClient): Promise<boolean> {
  return (await client.get(nodePath)) !== undefined;
}

/** Whether the cluster places pods on the node. A person may have cordoned it; it is ready all the same. */
export async function takesPodsNow(client: KubernetesClient): Promise<boolean> {
  const node = await client.get(nodePath);
  return node !== undefined && takesPods(node);
}

const nodePath = `/api/v1/nodes/${nodeName}`;
const leasePath = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nodeName}`;

/** What the node has beside what its kubelet says of it. */
function nodeObject({ pool, labels, taints }: NodeIdentity): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: nodeName, labels: { ...labels, [poolLabel]: pool } },
    ...(taints.length > 0 && { spec: { taints } }),
  };
}

async function until(
  { patienceMs, check }: Joining,
  trouble: string,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let why = "";
  for (; ; await sleep(100)) {
    check();
    try {
      if (await isDone()) return;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      why = `: ${error.message}`;
    }
    if (Date.now() > deadline) {
      throw new Failure(`${trouble} after ${patienceMs / 1_000} s${why}`);
    }
  }
}

/**
 * Takes everything of the node out of the cluster, also the pods on it, when no kubelet is left to end them.
 * The Deployments go first, with all that is theirs: a ReplicaSet that outlived the account of its pods would fail to make
 * them, and the controller manager would let its successor of the same name wait for that, up to minutes.
 */
export async function leaveCluster(client: KubernetesClient): Promise<void> {
  // First of all: while this API does not answer, no namespace can be deleted.
  await client.remove(metricsApiPath);
  const objects = [...addonObjects({ coredns: "", metricsServer: "" }, 0)].reverse();
  const paths: string[] = [];
  const deployments: string[] = [];
  for (const object of objects) {
    const path = await client.pathOf(referenceTo(object));
    if (path !== undefined) (object.kind === "Deployment" ? deployments : paths).push(path);
  }
  for (const path of deployments) await client.remove(path, { propagation: "Foreground" });
  await removeNode(client, nodeName);
  await areGone(client, deployments);
  for (const path of paths) await client.remove(path);
}

/** Waits for what is being deleted. No longer than it is worth: a controller manager that is dead deletes nothing. */
async function areGone(client: KubernetesClient, paths: readonly string[]): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (const path of paths) {
    while (Date.now() < deadline && (await client.get(path)) !== undefined) await sleep(100);
  }
}
