/** How pods of add-ons are placed and bounded: all alike. */
import type { KubernetesObject } from "../objects.ts";
import { nodeName } from "./network.ts";

/** Runs on the real node, whatever its pool keeps off it, and goes last when memory is short. */
export const placement = {
  nodeSelector: { "kubernetes.io/hostname": nodeName },
  tolerations: [{ operator: "Exists" }],
  priorityClassName: "system-cluster-critical",
} as const;

/** Rights of a container that needs none; `adds` are capabilities. */
export function hardened(uid: number, adds: readonly string[] = []) {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    seccompProfile: { type: "RuntimeDefault" },
    capabilities: { drop: ["ALL"], ...(adds.length > 0 && { add: adds }) },
  };
}

/** An HTTP probe of a container. */
export function probe(path: string, port: number | string, scheme: "HTTP" | "HTTPS" = "HTTP") {
  return { httpGet: { path, port, scheme }, periodSeconds: 5, failureThreshold: 6 };
}

/** One pod of an add-on, kept alive. Its labels are those that its Service goes by. */
export function deploymentOf(
  metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  },
  podSpec: unknown,
): KubernetesObject {
  const { labels } = metadata;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
    },
  };
}
