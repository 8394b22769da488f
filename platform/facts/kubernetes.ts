/** Kubernetes versions, and the labels and names that the platform gives its objects. */

/** Minor versions that a spec may name. The embedded control plane is built for exactly the last one. */
export const kubernetesVersions = ["1.36"] as const;

/** The recommended labels. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ (checked 2026-11) */
export const recommendedLabels = {
  name: "app.kubernetes.io/name",
  component: "app.kubernetes.io/component",
  partOf: "app.kubernetes.io/part-of",
  managedBy: "app.kubernetes.io/managed-by",
} as const;

/** Value of the part-of and managed-by labels. */
export const platformName = "inference-platform";

/** Label of a node's pool; pods select their pool by it. */
export const poolLabel = "inference-platform/pool";

/** Label of the stack that made an object. */
export const stackLabel = "inference-platform/stack";

/** Label of the team that owns an object. */
export const teamLabel = "inference-platform/team";

/** Label of a namespace whose pods may reach model servers (`gateway`) or their metrics (`monitoring`). */
export const roleLabel = "inference-platform/role";

/** Pod Security levels by namespace label. @see https://kubernetes.io/docs/concepts/security/pod-security-admission/ (checked 2026-11) */
export const podSecurityLabels = (version: string) =>
  ({
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": `v${version}`,
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/warn-version": `v${version}`,
  }) as const;

/**
 * Whether a label or taint key has a meaning of its own, to Kubernetes, the GPU operators or the platform, so that a
 * spec must not set it.
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/ (checked 2026-11)
 */
export function isReservedKey(key: string): boolean {
  return /^([a-z0-9.-]+\.)?(kubernetes\.io|k8s\.io|nvidia\.com|inference-platform)\//.test(key);
}
