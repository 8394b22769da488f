/** Workloads beside the real service: as the platform planned it, but for what a test changes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { ensureBuild } from "../../embedded/engine/go-build.ts";
import { buildImage } from "../../embedded/images/ensure-image.ts";
import { pipeServer } from "../../embedded/kubernetes/gateway/pipe-server.ts";
import { initOf } from "../../embedded/kubernetes/node/enter.ts";
import { clusterDomain } from "../../embedded/kubernetes/node/network.ts";
import { NodeImages } from "../../embedded/kubernetes/node/node-images.ts";
import { reach } from "../../embedded/kubernetes/node/reach.ts";
import {
  isRecord,
  type KubernetesObject,
  read,
  readList,
  readString,
} from "../../embedded/kubernetes/objects.ts";
import { silent } from "../../embedded/progress.ts";
import { irisFaulty } from "./images/iris-faulty.ts";
import { namespace, paths, type RealStack } from "./real-stack.ts";

/** A part of an object of the API. */
export type Fields = Readonly<Record<string, unknown>>;

/** How a variant differs from the service. */
export interface VariantArgs {
  /** Also its label and the name of its Service. */
  readonly name: string;
  /** @default 1 */
  readonly replicas?: number;
  /** Image of the server. @default - the service's */
  readonly image?: string;
  /** Settings of the server beside those that it has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Fields of the server's container to put in place of what was planned; `undefined` takes one away. */
  readonly server?: (planned: Fields) => Fields;
  /** The same for the pod's spec. */
  readonly pod?: Fields;
}

/** A workload that answers at an address of this machine. */
export interface Variant {
  readonly name: string;
  readonly url: string;
  /** Removes it. */
  readonly remove: () => Promise<void>;
}

/** So that many variants fit beside the service; nothing that is tested hangs on it. */
const requests = { cpu: "20m", memory: "64Mi" };

/** Makes a variant of the service's Deployment as the cluster has it, with a Service. It is not waited for. */
export async function makeVariant(stack: RealStack, args: VariantArgs): Promise<Variant> {
  const { client, copy } = stack;
  const { name } = args;
  const labels = { "app.kubernetes.io/name": name };
  const metadata = { name, namespace, labels };
  const planned = read(await client.get(paths.deployment), "spec", "template", "spec");
  assert.ok(isRecord(planned));
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: args.replicas ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podOf(planned, args) },
    },
  };
  const ports = [{ name: "http", port: 8000, targetPort: "http" }];
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: labels, ports },
  };
  for (const object of [service, deployment]) await client.create(object, { fieldManager: "test" });
  const host = `${name}.${namespace}.svc.${clusterDomain}`;
  const way = pipeServer(
    () => reach(copy.controlPlane(), host, 8000),
    () => {},
  );
  way.listen(0, "127.0.0.1");
  await once(way, "listening");
  const address = way.address();
  assert.ok(address && typeof address === "object");
  return {
    name,
    url: `http://127.0.0.1:${address.port}`,
    remove: async () => {
      way.close();
      await client.remove(`/api/v1/namespaces/${namespace}/services/${name}`);
      await client.remove(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
    },
  };
}

function podOf(planned: Fields, { image, env = {}, server, pod }: VariantArgs): Fields {
  const [container] = readList(planned, "containers");
  assert.ok(isRecord(container));
  const settings = Object.entries(env).map(([name, value]) => ({ name, value }));
  const resources = read(container, "resources");
  assert.ok(isRecord(resources));
  const base = {
    ...container,
    ...(image !== undefined && { image }),
    env: [...readList(container, "env"), ...settings],
    resources: { ...resources, requests },
  };
  return { ...planned, containers: [{ ...base, ...server?.(base) }], ...pod };
}

/** Image of the service's own server, as the cluster has it. */
export async function serverImage({ client }: RealStack): Promise<string> {
  const deployment = await client.get(paths.deployment);
  const image = readString(deployment, "spec", "template", "spec", "containers", 0, "image");
  assert.ok(image);
  return image;
}

/** Reads the faulty server's image into the stack's node, and returns its reference there. */
export async function faultyImage({ copy }: RealStack): Promise<string> {
  const image = await buildImage(irisFaulty, silent);
  const holder = copy.processes().find(({ command }) => /^unshare .*--kill-child/.test(command));
  const init = holder && initOf(holder.pid);
  assert.ok(init, "the node has no process 1");
  const images = new NodeImages(init, { containerd: await ensureBuild("containerd", silent) });
  await images.ensure([image]);
  return `${image.reference}@${image.digest}`;
}

/** The state of a workload's only pod, as the API has it. */
export async function onlyPod(stack: RealStack, name: string): Promise<KubernetesObject> {
  const [pod, ...others] = await stack.pods(name);
  assert.ok(pod && others.length === 0, `${name} has ${others.length + 1} pods`);
  return pod;
}
