/** Gets what the real node of an embedded stack needs, and brings it up or takes it away. */
import { join } from "node:path";
import type { BuildName } from "../embedded/engine/builds.ts";
import { ensureBuild } from "../embedded/engine/go-build.ts";
import { buildImage, ensureImage, type LocalImage } from "../embedded/images/ensure-image.ts";
import { ensureIrisModel } from "../embedded/images/model.ts";
import { nodeTools } from "../embedded/images/node-tools.ts";
import { type Recipe, recipes } from "../embedded/images/recipes.ts";
import type { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { leaveCluster } from "../embedded/kubernetes/node/join-cluster.ts";
import { machineCapacity } from "../embedded/kubernetes/node/machine.ts";
import { nodeName } from "../embedded/kubernetes/node/network.ts";
import {
  ensureRealNode,
  prepareControlPlane,
  type RealNode,
  type RealNodeArgs,
  stopRealNode,
} from "../embedded/kubernetes/node/real-node.ts";
import { missingForNode, missingInNetwork } from "../embedded/kubernetes/node/requirements.ts";
import { readNodes, removeNode } from "../embedded/kubernetes/nodes.ts";
import { checkoutRoot, stackPaths } from "../embedded/paths.ts";
import type { Progress } from "../embedded/progress.ts";
import { writeSite } from "../embedded/site.ts";
import { emptySite, type Site } from "../platform/contracts/site.ts";
import { SpecError } from "../platform/issue.ts";
import type { PlatformPlan, PoolPlan, ServicePlan } from "../platform/plan/plan.ts";
import { planEmbedded } from "./embedded-stack.ts";
import { chooseNode, type NodeChoice, type NodeWish } from "./node-choice.ts";

/** Builds that a real node takes beside those of the control plane. */
export const nodeBuilds: readonly BuildName[] = [
  "kubernetes-node",
  "containerd",
  "cni",
  "coredns",
  "metrics-server",
];

/** What was chosen for a stack, and the plan that follows from it. */
export type PreparedNode =
  | { readonly choice: NodeChoice & { readonly node: "simulated" }; readonly plan: PlatformPlan }
  | {
      readonly choice: NodeChoice & { readonly node: "real" };
      readonly plan: PlatformPlan;
      readonly args: RealNodeArgs;
    };

/**
 * Decides, by the wish and by what this machine has, whether `stack` gets a real node, and makes ready what that takes:
 * programs, images and models. What was decided is kept in the stack's site.
 * @param missing what this machine is known to lack
 * @throws Failure with everything that is in the way, when a real node is asked for
 */
export async function prepareNode(
  stack: string,
  wish: NodeWish,
  missing: readonly string[],
  progress: Progress,
): Promise<PreparedNode> {
  const choice = chooseNode(
    wish,
    missing.length > 0 ? missing : await obstacles(stack, wish, progress),
  );
  if (choice.node === "simulated") {
    writeSite(stack, emptySite);
    return { choice: { ...choice, node: "simulated" }, plan: planEmbedded(stack, emptySite) };
  }
  const images = await serviceImages(planEmbedded(stack, machineSite(stack, [])), progress);
  const site = machineSite(stack, images);
  const plan = planEmbedded(stack, site);
  await ensureModels(plan, progress);
  const args = await nodeArgs(stack, plan, images, progress);
  writeSite(stack, site);
  return { choice: { ...choice, node: "real" }, plan, args };
}

/**
 * What this machine lacks for any real node, as far as can be told before anything is built.
 * @throws Failure with all of it when a real node is asked for
 */
export async function missingHere(stack: string, wish: NodeWish): Promise<readonly string[]> {
  if (wish === "simulated") return [];
  const missing = await missingForNode(stackPaths(stack).folder);
  chooseNode(wish, missing);
  return missing;
}

/** What else is in the way of a real node: of the kernel, and of this stack. */
async function obstacles(
  stack: string,
  wish: NodeWish,
  progress: Progress,
): Promise<readonly string[]> {
  if (wish === "simulated") return [];
  const { path } = await nodeTools(progress);
  return [...(await missingInNetwork({ tools: path })), ...obstaclesOfStack(stack)];
}

function obstaclesOfStack(stack: string): readonly string[] {
  const plan = planOrIssues(stack);
  if (!("pools" in plan)) return plan;
  const services = realServices(plan);
  if (services.length === 0) return ["no service of this stack runs without GPUs"];
  return services.flatMap((service) =>
    imagesOf(service)
      .filter((reference) => recipeOf(reference) === undefined)
      .map(
        (reference) =>
          `services.${service.name}: image ${reference} is in a registry, which a real node here cannot reach`,
      ),
  );
}

/** The plan with this machine as a node, or what is in its way: above all, that the services do not fit. */
function planOrIssues(stack: string): PlatformPlan | readonly string[] {
  try {
    return planEmbedded(stack, machineSite(stack, []));
  } catch (error) {
    if (error instanceof SpecError) return [error.message];
    throw error;
  }
}

/** What this machine has, with a real node and these images. */
function machineSite(stack: string, images: readonly LocalImage[]): Site {
  return {
    images: Object.fromEntries(images.map(({ reference, digest }) => [reference, digest])),
    realNode: { name: nodeName, capacity: machineCapacity(stackPaths(stack).folder) },
  };
}

/** Services of `plan` whose pods run for real. */
export function realServices({ pools, services }: PlatformPlan): readonly ServicePlan[] {
  return Object.values(services).filter(
    ({ pool }) => pool !== undefined && pools[pool]?.node !== undefined,
  );
}

/** The pool that this machine is the one node of. */
function realPool({ pools }: PlatformPlan): PoolPlan {
  const pool = Object.values(pools).find(({ node }) => node !== undefined);
  if (pool === undefined) throw new Error("the plan has no real node");
  return pool;
}

/** Images of a service's containers, by name and tag. */
function imagesOf({ pod }: ServicePlan): readonly string[] {
  const containers = [...pod.initContainers, ...pod.containers];
  return containers.map(({ image }) => image.split("@", 1)[0] ?? image);
}

function recipeOf(reference: string): Recipe | undefined {
  return Object.values<Recipe>(recipes).find((recipe) => recipe.reference === reference);
}

async function serviceImages(
  plan: PlatformPlan,
  progress: Progress,
): Promise<readonly LocalImage[]> {
  const references = new Set(realServices(plan).flatMap(imagesOf));
  const images: LocalImage[] = [];
  for (const recipe of [...references].flatMap((reference) => recipeOf(reference) ?? [])) {
    images.push(await buildImage(recipe, progress));
  }
  return images;
}

/** Folder of the checkout that stands for the model bucket. */
const modelsFolder = join(checkoutRoot, "models");

/** The example trains its own model; the models of others are in the folder already, or their pods say what they miss. */
async function ensureModels(plan: PlatformPlan, progress: Progress): Promise<void> {
  const usesExample = realServices(plan).some((service) =>
    imagesOf(service).includes(recipes.iris.reference),
  );
  if (usesExample) await ensureIrisModel(modelsFolder, progress);
}

async function nodeArgs(
  stack: string,
  plan: PlatformPlan,
  serviceImages: readonly LocalImage[],
  progress: Progress,
): Promise<RealNodeArgs> {
  const { name: pool, labels, taints } = realPool(plan);
  const { path: tools, runc } = await nodeTools(progress);
  return {
    stack,
    programs: {
      kubernetes: await ensureBuild("kubernetes-node", progress),
      containerd: await ensureBuild("containerd", progress),
      cni: await ensureBuild("cni", progress),
      tools,
      runc,
    },
    images: {
      pause: await ensureImage("pause", progress),
      coredns: await ensureImage("coredns", progress),
      metricsServer: await ensureImage("metrics-server", progress),
    },
    serviceImages,
    capacity: machineCapacity(stackPaths(stack).folder),
    identity: { pool, labels, taints },
    exposed: realServices(plan).map(({ name, namespace, ports }) => ({
      name,
      namespace,
      port: ports.find((port) => port.name === "http")?.port ?? 80,
    })),
    models: modelsFolder,
  };
}

/** Makes what the control plane needs for this choice, before it starts. */
export async function beforeControlPlane(stack: string, node: PreparedNode): Promise<void> {
  if ("args" in node) await prepareControlPlane(stack, node.args.programs);
}

/** Brings up the real node, or takes away one that is no longer wanted. The control plane answers. */
export async function applyNode(
  stack: string,
  node: PreparedNode,
  client: KubernetesClient,
  progress: Progress,
): Promise<RealNode | undefined> {
  if (!("args" in node)) {
    await removeRealNode(stack, client);
    return undefined;
  }
  const simulated = await readNodes(client, node.args.identity.pool);
  for (const { metadata } of simulated) await removeNode(client, metadata.name ?? "");
  return ensureRealNode(node.args, progress);
}

/**
 * Ends the real node of `stack`, if it has one, and takes it and its pods out of the cluster. In this order: a kubelet that
 * still runs would register its node again.
 */
export async function removeRealNode(stack: string, client: KubernetesClient): Promise<number> {
  const ended = await stopRealNode(stack);
  await leaveCluster(client);
  return ended;
}
