/** What the tests of the embedded providers share: types, inputs, and a provider on a cluster. */
import assert from "node:assert/strict";
import type { Outputs } from "../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { applyNode, simulatedNode } from "../../embedded/kubernetes/nodes.ts";
import {
  isKubernetesObject,
  type KubernetesObject,
  readStrings,
} from "../../embedded/kubernetes/objects.ts";
import { type ProviderProcess, startProvider } from "./provider-client.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";

/** The types that these tests make, as the engine names them. */
export const types = {
  namespace: "kubernetes:core/v1:Namespace",
  configMap: "kubernetes:core/v1:ConfigMap",
  secret: "kubernetes:core/v1:Secret",
  service: "kubernetes:core/v1:Service",
  pod: "kubernetes:core/v1:Pod",
  deployment: "kubernetes:apps/v1:Deployment",
  budget: "kubernetes:policy/v1:PodDisruptionBudget",
  network: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  definition: "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
  widget: "kubernetes:example.com/v1:Widget",
  pool: "local:index:NodePool",
} as const;

/** A provider that runs, on a cluster of its own. */
export interface ProviderOnCluster {
  readonly cluster: TestCluster;
  readonly client: KubernetesClient;
  readonly provider: ProviderProcess;
}

/**
 * Starts a cluster and the provider `name` before the tests of the current `describe`, and ends both after them. The
 * cluster has one node, on which the pods of these tests run.
 */
export function withProvider(
  name: "kubernetes" | "local",
  started: (on: ProviderOnCluster) => void,
): void {
  let cluster: TestCluster | undefined;
  let provider: ProviderProcess | undefined;

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the control plane.
    cluster = await startTestCluster("providers");
    const { client, kubeconfig } = cluster;
    provider = await startProvider(name);
    console.log(`      port after ${provider.startMs.toFixed(0)} ms (${name})`);
    await provider.configure({ kubeconfig, clusterIdentifier: "test" });
    const args = { name: "node-0", pool: "cpu", capacity: { cpu: "16", memory: "64Gi" } };
    await applyNode(client, simulatedNode(args));
    started({ cluster, client, provider });
  });

  after(async () => {
    await provider?.stop();
    await cluster?.stop();
  });
}

/** A Namespace, as a program asks for it. */
export function namespaceInputs(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Outputs {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** A ConfigMap, as a program asks for it. */
export function configMapInputs(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>>,
) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

/** A Deployment that is spelled as people do, and not as the API does. */
export function deploymentInputs(
  namespace: string,
  name: string,
  change: Readonly<Record<string, unknown>> = {},
) {
  const { replicas = 1, image = "server:1", cpu = "1000m", request = 1, annotations = {} } = change;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: { app: name }, annotations: readStrings(annotations) },
    spec: {
      replicas: Number(replicas),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: "main",
              image: String(image),
              ports: [{ containerPort: 8000 }, { containerPort: 8000, protocol: "UDP" }],
              env: [
                { name: "B", value: "1" },
                { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              ],
              resources: {
                limits: { cpu: String(cpu), memory: "1024Mi" },
                requests: { cpu: Number(request) },
              },
              volumeMounts: [{ name: "shm", mountPath: "/dev/shm" }],
            },
          ],
          volumes: [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: "1024Mi" } }],
          tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
        },
      },
    },
  };
}

/** Changes an object as a person with kubectl would. */
export function edit(
  client: KubernetesClient,
  path: string,
  patch: unknown,
): Promise<KubernetesObject> {
  return client.patch(path, patch, { fieldManager: "kubectl-edit", type: "strategic" });
}

/** Where the API has a Deployment. */
export function deploymentPath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

/** The inputs as the object that the API takes. */
export function objectOf(inputs: Outputs): KubernetesObject {
  const object: unknown = inputs;
  assert.ok(isKubernetesObject(object));
  return object;
}
