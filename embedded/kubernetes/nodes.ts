/**
 * Simulated nodes: Node objects without a machine, which kwok keeps Ready and on which it pretends that pods run. The
 * scheduler, taints, limits and GPU counts are real. Each carries a label that says `simulated`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";
import type { KubernetesClient } from "./client.ts";
import { failedWith } from "./kubernetes-error.ts";
import { conditionOf, type KubernetesObject, read, readList, readStrings } from "./objects.ts";
import { simulatedNodeAnnotation } from "./processes.ts";

/** Label with the name of the pool that a node is of. */
export const poolLabel = "inference-platform/pool";

/** Label, with the value `true`, of a node that has no machine. */
export const simulatedLabel = "inference-platform/simulated";

const fieldManager = "inference-platform";

/** The part of the client that the functions here need. */
type Api = Pick<KubernetesClient, "apply" | "get" | "list" | "patch" | "remove">;

/** Keeps pods off a node unless they tolerate it. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What a simulated node is to be. */
export interface SimulatedNodeArgs {
  /** Unique in the cluster, and a DNS label. */
  readonly name: string;
  readonly pool: string;
  /** More labels, for example the machine's type. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly taints?: readonly Taint[];
  /**
   * Kubernetes quantities by resource, for example `{ cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" }`. All of it is for
   * pods. @default - 110 pods and 100Gi of ephemeral-storage beside what is given
   */
  readonly capacity: NodeCapacity;
}

/** Kubernetes quantities by resource. */
export type NodeCapacity = Readonly<Record<string, string>> & {
  readonly cpu: string;
  readonly memory: string;
};

/** What a kubelet offers unless it is told otherwise. */
const capacityDefaults = { pods: "110", "ephemeral-storage": "100Gi" } as const;

/** The Node object, its status included. */
export function simulatedNode(args: SimulatedNodeArgs): KubernetesObject {
  const capacity = { ...capacityDefaults, ...args.capacity };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: args.name,
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": args.name,
        ...args.labels,
        [poolLabel]: args.pool,
        [simulatedLabel]: "true",
      },
      annotations: { [simulatedNodeAnnotation.key]: simulatedNodeAnnotation.value },
    },
    spec: {
      // Also when empty: the list has several owners, and one that is left out would keep the taints of last time.
      taints: args.taints ?? [],
    },
    status: { capacity, allocatable: capacity },
  };
}

/** How `applyNode` waits. */
export interface ApplyNodeOptions {
  /** How long until the node must be Ready. @default 30_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the node, or changes it to be so, and waits until it takes pods with that capacity. Returns the node as it is then.
 * An apply of a Node leaves its status alone without a word, so capacity goes to the status subresource; it is replaced
 * whole, because kwok writes there too and a resource that it also owns would stay when we drop it.
 * @throws KubernetesError when the API server refuses it
 * @throws Failure when it does not become Ready
 */
export async function applyNode(
  client: Api,
  node: KubernetesObject,
  options: ApplyNodeOptions = {},
): Promise<KubernetesObject> {
  const { signal, timeoutMs = 30_000 } = options;
  const { status, ...rest } = node;
  const path = nodePath(node.metadata.name);
  await client.apply(rest, { fieldManager, force: true, signal });
  const capacity = await setCapacity(client, path, status, signal);

  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const live = await client.get(path, { signal });
    // kwok's first write may have been under way and then came after ours.
    if (live && !sameStrings(readStrings(live, "status", "capacity"), capacity)) {
      await setCapacity(client, path, status, signal);
    } else if (live && takesPods(live)) {
      return live;
    }
    if (Date.now() > deadline) {
      const why = (live && conditionOf(live, "Ready")?.message) ?? "kwok has not seen it";
      throw new Failure(
        `node "${node.metadata.name}" is not ready after ${timeoutMs / 1_000} s: ${why}`,
      );
    }
    await sleep(50, undefined, { signal });
  }
}

/** Whether pods are placed on a node. The controller manager takes the taint of a new node away a moment after the node is Ready. */
export function takesPods(node: KubernetesObject): boolean {
  const isMarked = readList(node, "spec", "taints").some(
    (taint) => read(taint, "key") === "node.kubernetes.io/not-ready",
  );
  return conditionOf(node, "Ready")?.status === "True" && !isMarked;
}

/** Returns the capacity in the API server's way of writing it. */
async function setCapacity(
  client: Api,
  path: string,
  status: unknown,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, string>>> {
  const steps = ["capacity", "allocatable"].map((field) => ({
    op: "add",
    path: `/status/${field}`,
    value: read(status, field),
  }));
  const written = await client.patch(path, steps, {
    type: "json",
    subresource: "status",
    fieldManager,
    signal,
  });
  return readStrings(written, "status", "capacity");
}

function sameStrings(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/**
 * Removes the node and the pods on it, at once: nobody is left to end them, and the cluster's own cleaning takes a minute.
 * Whatever owns the pods makes new ones elsewhere. Returns whether the node was there.
 */
export async function removeNode(
  client: Api,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  // The node first, so that no pod is placed on it any more.
  const existed = await client.remove(nodePath(name), options);
  const pods = await client.list("/api/v1/pods", {
    ...options,
    fieldSelector: `spec.nodeName=${name}`,
  });
  await Promise.all(pods.map((pod) => removeAtOnce(client, pod, options)));
  return existed;
}

async function removeAtOnce(
  client: Api,
  { metadata }: KubernetesObject,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const path = `/api/v1/namespaces/${metadata.namespace ?? "default"}/pods/${metadata.name}`;
  try {
    await client.remove(path, { ...options, gracePeriodSeconds: 0, uid: metadata.uid });
  } catch (error) {
    // Gone already, and another pod has its name.
    if (!failedWith(error, "Conflict")) throw error;
  }
}

/** The simulated nodes of a pool as they are, by name. A real node may be of the same pool. */
export async function readNodes(client: Api, pool: string): Promise<readonly KubernetesObject[]> {
  const labelSelector = `${poolLabel}=${pool},${simulatedLabel}=true`;
  return client.list("/api/v1/nodes", { labelSelector });
}

/** Whether a node has no machine: what runs on it is shown as simulated. */
export function isSimulated(node: KubernetesObject): boolean {
  return node.metadata.labels?.[simulatedLabel] === "true";
}

function nodePath(name: string): string {
  return `/api/v1/nodes/${name}`;
}
