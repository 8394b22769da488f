/** What the platform can and cannot do on a cluster that exists already, of whatever make. */
import type { Capabilities } from "../contracts/capability.ts";
import { kubernetesVersions } from "./kubernetes.ts";

export const existingCluster = {
  capabilities: {
    nodeAutoscaling: {
      support: "none",
      reason: "the nodes of an existing cluster are not ours to change",
    },
    replicaAutoscaling: {
      support: "none",
      reason: "nothing scales services on an existing cluster yet, they keep one size",
    },
  },
  /** The nodes are there; the margin is for one that comes back. */
  provisioningSeconds: 20,
  /**
   * Level of Pod Security that its namespaces are held to: the newest that the pods are made for. An older cluster takes the
   * newest that it knows.
   * @see https://github.com/kubernetes/pod-security-admission/blob/v0.36.2/policy/registry.go EvaluatePod (checked 2026-11)
   */
  podSecurityVersion: kubernetesVersions[kubernetesVersions.length - 1],
} as const satisfies {
  readonly capabilities: Capabilities;
  readonly provisioningSeconds: number;
  readonly podSecurityVersion: string | undefined;
};
