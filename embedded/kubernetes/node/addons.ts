/** What every cluster of a cloud brings along, for a cluster with a real node: DNS, metrics, and the way to the API server. */
import type { KubernetesObject } from "../objects.ts";
import { corednsObjects } from "./coredns.ts";
import { metricsServerObjects } from "./metrics-server.ts";
import { modelStorePort, nodeAddress } from "./network.ts";

/** Images of the add-ons: references that the node has. */
export interface AddonImages {
  readonly coredns: string;
  readonly metricsServer: string;
}

/** Namespace of what the embedded world itself has in the cluster. */
const systemNamespace = "inference-platform-system";

/** All objects, in the order in which they can be made. @param apiPort the API server's port on the machine */
export function addonObjects(images: AddonImages, apiPort: number): readonly KubernetesObject[] {
  return [
    // The API server makes the Service itself; where it leads is left to us, because 127.0.0.1 leads nowhere from a pod.
    endpointsOf("kubernetes", "default", "https", apiPort),
    ...corednsObjects(images.coredns),
    ...metricsServerObjects(images.metricsServer),
    { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "model-store", namespace: systemNamespace },
      spec: { ports: [{ name: "http", port: 80, targetPort: modelStorePort }] },
    },
    endpointsOf("model-store", systemNamespace, "http", modelStorePort),
  ];
}

/** Leads a Service without a selector to a port of the node itself. */
function endpointsOf(
  service: string,
  namespace: string,
  port: string,
  number: number,
): KubernetesObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: service,
      namespace,
      labels: {
        "kubernetes.io/service-name": service,
        "endpointslice.kubernetes.io/managed-by": "inference-platform",
      },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: [nodeAddress], conditions: { ready: true } }],
    ports: [{ name: port, port: number, protocol: "TCP" }],
  };
}
