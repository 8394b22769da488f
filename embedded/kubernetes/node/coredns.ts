/** DNS of a cluster with a real node. */
import type { KubernetesObject } from "../objects.ts";
import { deploymentOf, hardened, placement, probe } from "./addon-pod.ts";
import { clusterDomain, dnsAddress } from "./network.ts";

const name = "coredns";
const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };
const role = "system:coredns";
const rbac = "rbac.authorization.k8s.io";

/**
 * Names of Services and pods only: from the node's network nothing outside can be reached. Answers may be half a minute old.
 * @see https://coredns.io/plugins/kubernetes/ (checked 2026-11)
 */
const corefile = `.:53 {
  errors
  health
  ready
  kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  cache 30
}
`;

/** CoreDNS with its rights, its settings and its Service. */
export function corednsObjects(image: string): readonly KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: role },
      rules: [
        {
          apiGroups: [""],
          resources: ["endpoints", "services", "pods", "namespaces"],
          verbs: ["list", "watch"],
        },
        {
          apiGroups: ["discovery.k8s.io"],
          resources: ["endpointslices"],
          verbs: ["list", "watch"],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: role },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data: { Corefile: corefile },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels },
      spec: {
        selector: labels,
        clusterIP: dnsAddress,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
    deploymentOf({ name, namespace, labels }, podSpec(image)),
  ];
}

function podSpec(image: string) {
  return {
    ...placement,
    serviceAccountName: name,
    dnsPolicy: "Default",
    containers: [
      {
        name,
        image,
        imagePullPolicy: "IfNotPresent",
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
        ],
        resources: { requests: { cpu: "50m", memory: "40Mi" }, limits: { memory: "170Mi" } },
        securityContext: hardened(65532, ["NET_BIND_SERVICE"]),
        readinessProbe: { ...probe("/ready", 8181), periodSeconds: 1 },
        livenessProbe: probe("/health", 8080),
        // Answers until its successor does: while a node is drained, nothing else could find a Service.
        lifecycle: { preStop: { sleep: { seconds: 10 } } },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name } }],
  };
}
