/** Everything a stack has in its cluster, in a form that two clean runs share. */
import { createHash } from "node:crypto";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { type KubernetesObject, read, readString } from "../../embedded/kubernetes/objects.ts";

const lists = [
  "/api/v1/namespaces",
  "/api/v1/nodes",
  "/api/v1/pods",
  "/api/v1/resourcequotas",
  "/api/v1/serviceaccounts",
  "/api/v1/services",
  "/apis/apps/v1/deployments",
  "/apis/apps/v1/replicasets",
  "/apis/networking.k8s.io/v1/networkpolicies",
  "/apis/policy/v1/poddisruptionbudgets",
];

/** Namespaces that the control plane makes by itself. */
const system = /^(default|kube-.*)$/;

/** What the API server or a controller fills in, differently each time. */
const chosenByServer = new Set(["clusterIP", "clusterIPs", "uid", "providerID"]);

/** One line an object, sorted: kind, name and a hash of labels and spec, without what differs between equal clusters. */
export async function clusterObjects(client: KubernetesClient): Promise<readonly string[]> {
  const all = await Promise.all(lists.map((path) => client.list(path)));
  return all.flat().filter(isOurs).map(line).toSorted();
}

function isOurs({ kind, metadata }: KubernetesObject): boolean {
  const place = kind === "Namespace" ? metadata.name : metadata.namespace;
  return place === undefined || !system.test(place);
}

function line(object: KubernetesObject): string {
  const { kind, metadata } = object;
  const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  if (kind === "Pod")
    return `Pod of ${place}${owner(object)} ${readString(object, "status", "phase")}`;
  const content = [metadata.labels ?? {}, read(object, "spec") ?? null];
  const text = JSON.stringify(content, (key, value: unknown) =>
    chosenByServer.has(key) ? undefined : value,
  );
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${kind} ${place}${metadata.name} ${hash}`;
}

function owner(object: KubernetesObject): string {
  return readString(object, "metadata", "ownerReferences", 0, "name") ?? "nobody";
}
