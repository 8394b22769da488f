/** CPU and memory of pods and nodes, for `kubectl top` and autoscalers. */
import type { KubernetesObject } from "../objects.ts";
import { deploymentOf, hardened, placement, probe } from "./addon-pod.ts";

const name = "metrics-server";
const namespace = "kube-system";
const labels = { "k8s-app": name };
const subject = { kind: "ServiceAccount", name, namespace };
const rbac = "rbac.authorization.k8s.io";
const group = "metrics.k8s.io";

/** Path of the API that metrics-server adds. While it does not answer, no namespace can be deleted. */
export const metricsApiPath = `/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.${group}`;

/** @see https://github.com/kubernetes-sigs/metrics-server/tree/v0.9.0/manifests/base (checked 2026-11) */
export function metricsServerObjects(image: string): readonly KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: `system:${name}` },
      rules: [
        { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
      ],
    },
    binding("ClusterRoleBinding", `system:${name}`, "ClusterRole", `system:${name}`),
    // To ask the API server who calls, and whether they may.
    binding(
      "ClusterRoleBinding",
      `${name}:system:auth-delegator`,
      "ClusterRole",
      "system:auth-delegator",
    ),
    binding(
      "RoleBinding",
      `${name}-auth-reader`,
      "Role",
      "extension-apiserver-authentication-reader",
    ),
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: {
        name: "system:aggregated-metrics-reader",
        labels: {
          "rbac.authorization.k8s.io/aggregate-to-view": "true",
          "rbac.authorization.k8s.io/aggregate-to-edit": "true",
          "rbac.authorization.k8s.io/aggregate-to-admin": "true",
        },
      },
      rules: [
        { apiGroups: [group], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
      ],
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels },
      spec: { selector: labels, ports: [{ name: "https", port: 443, targetPort: "https" }] },
    },
    deploymentOf({ name, namespace, labels }, podSpec(image)),
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `v1beta1.${group}` },
      spec: {
        group,
        version: "v1beta1",
        service: { name, namespace },
        // It signs its certificate itself.
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}

function binding(
  kind: "ClusterRoleBinding" | "RoleBinding",
  bindingName: string,
  roleKind: "ClusterRole" | "Role",
  role: string,
): KubernetesObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name: bindingName, ...(kind === "RoleBinding" && { namespace }) },
    roleRef: { apiGroup: rbac, kind: roleKind, name: role },
    subjects: [subject],
  };
}

function podSpec(image: string) {
  return {
    ...placement,
    serviceAccountName: name,
    containers: [
      {
        name,
        image,
        imagePullPolicy: "IfNotPresent",
        args: [
          "--cert-dir=/tmp",
          "--secure-port=10250",
          "--kubelet-preferred-address-types=InternalIP",
          "--kubelet-use-node-status-port",
          // The kubelet signs its certificate itself.
          "--kubelet-insecure-tls",
          "--metric-resolution=10s",
          "--kubelet-request-timeout=5s",
        ],
        ports: [{ name: "https", containerPort: 10250 }],
        resources: { requests: { cpu: "50m", memory: "60Mi" }, limits: { memory: "200Mi" } },
        securityContext: hardened(65532),
        readinessProbe: { ...probe("/readyz", "https", "HTTPS"), periodSeconds: 2 },
        livenessProbe: probe("/livez", "https", "HTTPS"),
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}
