/** The specs of a model service's objects, in Kubernetes' own words. */
import type { input } from "@pulumi/kubernetes/types/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { roleLabel } from "../../platform/facts/kubernetes.ts";
import type { ServicePlan } from "../../platform/plan/plan.ts";

export function deploymentSpec(
  { replicas, labels, selector, pod, rollout }: ServicePlan,
  serviceAccountName: pulumi.Input<string>,
): input.apps.v1.DeploymentSpec {
  return {
    replicas,
    selector: { matchLabels: selector },
    strategy: {
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: rollout.maxSurge, maxUnavailable: rollout.maxUnavailable },
    },
    progressDeadlineSeconds: rollout.progressDeadlineSeconds,
    revisionHistoryLimit: 3,
    template: { metadata: { labels }, spec: { ...pod, serviceAccountName } },
  };
}

/** One pod at a time may be taken for maintenance; broken ones never hold it up. */
export function disruptionSpec({ selector }: ServicePlan): input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    selector: { matchLabels: selector },
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}

export function serviceSpec({ selector, ports }: ServicePlan): input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector,
    ports: ports.map(({ name, port }) => ({ name, port, targetPort: name, protocol: "TCP" })),
  };
}

/** Clients and monitoring may come in; DNS and the model store may be called; nothing else. */
export function networkSpec(plan: ServicePlan): input.networking.v1.NetworkPolicySpec {
  const { selector, network } = plan;
  const from = (role: string) => ({ namespaceSelector: { matchLabels: { [roleLabel]: role } } });
  const tcp = (port: number) => ({ protocol: "TCP", port });
  const store = network.modelStorePort;
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [{ podSelector: {} }, from("gateway")], ports: network.clientPorts.map(tcp) },
      { from: [from("monitoring")], ports: network.metricsPorts.map(tcp) },
    ],
    egress: [
      {
        to: [
          { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
        ],
        ports: [{ protocol: "UDP", port: 53 }, tcp(53)],
      },
      ...(store === undefined ? [] : [{ ports: [tcp(store)] }]),
    ],
  };
}
