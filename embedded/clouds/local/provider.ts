/** The package `local`: pools of simulated nodes in the embedded cluster. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../failure.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import {
  applyNode,
  isSimulated,
  readNodes,
  removeNode,
  simulatedNode,
} from "../../kubernetes/nodes.ts";
import { type KubernetesObject, readString } from "../../kubernetes/objects.ts";
import { type Cluster, clusterOf } from "../kubernetes/cluster.ts";
import { checkClusterConfig, clusterConfigOf, diffClusterConfig } from "../kubernetes/config.ts";
import { refusalOf } from "../kubernetes/refusal.ts";
import { hasUnknown, type Inputs, type Outputs, unknown } from "../property-value.ts";
import {
  type Operation,
  type ProviderPackage,
  ResourceNotReady,
  type ResourceProvider,
} from "../resource-provider.ts";
import { liveNodePool, unreadyNodes } from "./live-pool.ts";
import {
  checkNodePool,
  diffNodePools,
  machineLabel,
  type NodePool,
  nodeNames,
  nodePoolOf,
  nodePoolType,
} from "./node-pool.ts";

/** kwok marks a node Ready within a second; a busy machine takes longer. */
const usualSeconds = 120;

/** Serves `local:index:NodePool`. */
export const localPackage: ProviderPackage = {
  name: "local",
  version: "0.1.0",
  checkConfig: checkClusterConfig,
  diffConfig: diffClusterConfig,
  configure: (config, log) =>
    Promise.resolve(localProvider(clusterOf(clusterConfigOf(config), log))),
};

function localProvider(cluster: Cluster): ResourceProvider {
  return {
    check: ({ type, inputs }) => {
      if (type !== nodePoolType) {
        throw new Failure(`${type}: the local provider has ${nodePoolType} and nothing else`);
      }
      return Promise.resolve({ inputs, failures: checkNodePool(inputs) });
    },
    diff: ({ oldInputs, newInputs }) => Promise.resolve(diffNodePools(oldInputs, newInputs)),
    async create({ inputs, preview }, operation) {
      if (preview) return { id: "", outputs: outputsBefore(inputs) };
      const pool = nodePoolOf(inputs);
      await worded(pool.name, () => expectFree(cluster.client(), pool));
      await settle(cluster.client(), pool, operation);
      return { id: pool.name, outputs: outputsOf(pool) };
    },
    read: ({ id, oldInputs }) =>
      worded(id, async () => {
        if (oldInputs === undefined) throw new Failure("a pool is made, never imported");
        const nodes = await readNodes(cluster.client(), id);
        const pool = nodePoolOf(oldInputs);
        if (nodes.length === 0 && pool.count > 0) return undefined;
        const names = nodes.map(({ metadata }) => metadata.name).sort(byNumber);
        return {
          inputs: liveNodePool(oldInputs, pool, nodes),
          outputs: { name: id, nodes: names },
          unhealthy: unreadyNodes(nodes),
        };
      }),
    async update({ newInputs, preview }, operation) {
      if (preview) return outputsBefore(newInputs);
      const pool = nodePoolOf(newInputs);
      await settle(cluster.client(), pool, operation);
      return outputsOf(pool);
    },
    delete: ({ id }, operation) =>
      worded(id, async () => {
        const nodes = await readNodes(cluster.client(), id);
        await removeNodes(cluster.client(), nodes, operation);
      }),
  };
}

/** `l4-10` comes after `l4-9`, as in `nodeNames`. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function outputsOf(pool: NodePool): Outputs {
  return { name: pool.name, nodes: nodeNames(pool) };
}

function outputsBefore(inputs: Inputs): Outputs {
  return hasUnknown(inputs)
    ? { name: inputs["name"] ?? unknown, nodes: unknown }
    : outputsOf(nodePoolOf(inputs));
}

/** Errors of the API in the pool's name. */
async function worded<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw refusalOf(`NodePool ${name}`, error);
  }
}

/** A node that is there already must be one of this pool, left by a run that was killed. */
async function expectFree(client: KubernetesClient, pool: NodePool): Promise<void> {
  const own = new Set((await readNodes(client, pool.name)).map(({ metadata }) => metadata.name));
  for (const name of nodeNames(pool).filter((node) => !own.has(node))) {
    const live = await client.get(`/api/v1/nodes/${name}`);
    if (live === undefined) continue;
    const whose = isSimulated(live) ? "of another pool" : "a real one";
    throw new Failure(
      `NodePool ${pool.name}: node ${name} exists and is ${whose}; rename the pool`,
    );
  }
}

/**
 * Makes the cluster's nodes those of the pool. A failure on the way leaves nodes behind, so from here on the pool exists.
 * @throws ResourceNotReady
 */
async function settle(
  client: KubernetesClient,
  pool: NodePool,
  operation: Operation,
): Promise<void> {
  try {
    const names = nodeNames(pool);
    const before = await readNodes(client, pool.name);
    await applyNodes(client, pool, operation);
    await removeNodes(
      client,
      before.filter(({ metadata }) => !names.includes(metadata.name)),
      operation,
    );
  } catch (error) {
    const { message } = asError(refusalOf(`NodePool ${pool.name}`, error));
    throw new ResourceNotReady({ id: pool.name, outputs: outputsOf(pool), reasons: [message] });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function applyNodes(
  client: KubernetesClient,
  pool: NodePool,
  { log, signal, timeoutSeconds = usualSeconds }: Operation,
): Promise<void> {
  const { name, labels, taints, capacity, machine } = pool;
  const { cpu = "", memory = "", ...others } = capacity;
  let ready = 0;
  const tell = (): void => log.status(`${ready} of ${pool.count} nodes ready`);
  tell();
  await Promise.all(
    nodeNames(pool).map(async (node) => {
      const args = {
        name: node,
        pool: name,
        labels: { ...labels, [machineLabel]: machine },
        taints,
        capacity: { cpu, memory, ...others },
      };
      await applyNode(client, simulatedNode(args), { timeoutMs: timeoutSeconds * 1_000, signal });
      ready++;
      tell();
    }),
  );
}

/** Removes nodes with all that runs on them, and waits until they are gone. */
async function removeNodes(
  client: KubernetesClient,
  nodes: readonly KubernetesObject[],
  { signal, log, timeoutSeconds = usualSeconds }: Operation,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1_000;
  await Promise.all(nodes.map(({ metadata }) => removeNode(client, metadata.name, { signal })));
  for (const { metadata } of nodes) {
    for (;;) {
      const live = await client.get(`/api/v1/nodes/${metadata.name}`, { signal });
      if (live === undefined || readString(live, "metadata", "uid") !== metadata.uid) break;
      if (Date.now() > deadline) {
        throw new Failure(`node ${metadata.name} is not gone after ${timeoutSeconds} s`);
      }
      log.status(`node ${metadata.name} is being removed`);
      await sleep(50, undefined, { signal });
    }
  }
}
