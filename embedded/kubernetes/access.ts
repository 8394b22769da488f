/** Rights in the embedded cluster that the API server does not give by itself. */
import type { KubernetesObject } from "./objects.ts";
import { users } from "./settings.ts";

const name = "inference-platform:kwok";
const rbac = "rbac.authorization.k8s.io";

/**
 * What kwok needs to play the kubelet of simulated nodes: their status, their leases, and the pods on them.
 * @see https://github.com/kubernetes-sigs/kwok/blob/v0.8.0/kustomize/rbac/role.yaml (checked 2026-11), without its own kinds,
 * which are switched off
 */
export const kwokRole: readonly KubernetesObject[] = [
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name },
    rules: [
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["nodes/status", "pods/status"], verbs: ["patch", "update"] },
      {
        apiGroups: [""],
        resources: ["pods"],
        verbs: ["delete", "get", "list", "patch", "update", "watch"],
      },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch", "update"] },
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        verbs: ["create", "get", "list", "patch", "update", "watch"],
      },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    subjects: [{ apiGroup: rbac, kind: "User", name: users.kwok.name }],
  },
];
