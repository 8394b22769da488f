import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { ModelService } from "../../components/serving/model-service.ts";
import { resourceList } from "../support/record.ts";
import { inBothModes, one } from "../support/record-both.ts";
import { planSmall } from "../support/small-stack.ts";

const labels = {
  "app.kubernetes.io/component": "model-server",
  "app.kubernetes.io/managed-by": "pulumi",
  "app.kubernetes.io/name": "resnet50",
  "app.kubernetes.io/part-of": "inference-platform",
  "inference-platform/cost-center": "4711",
  "inference-platform/owner": "ml-platform",
  "inference-platform/stack": "small",
  "inference-platform/team": "vision",
};
const metadata = { name: "resnet50", namespace: "vision", labels };
const selector = { matchLabels: { "app.kubernetes.io/name": "resnet50" } };

/** A pool with a taint of its own, and a request that may take longer than the server needs to end. */
const plan = () =>
  planSmall(
    ["spec", "nodes: 3 }", "nodes: 3, taints: [{ key: tier, value: gold, effect: NoExecute }] }"],
    ["resnet50", "requestTimeout: 30s", "requestTimeout: 45s"],
  );

function buildResnet50(): () => ModelService {
  return () => {
    const service = plan().services["resnet50"];
    assert.ok(service);
    const provider = new Provider("cluster");
    return new ModelService({ plan: service, namespace: "vision", after: [] }, { provider });
  };
}

describe("Model service", () => {
  describe("registers one object of each kind below itself", () => {
    inBothModes(buildResnet50(), (resources) => {
      assert.deepEqual(resourceList(resources).toSorted(), [
        "inference-platform:serving:ModelService resnet50",
        "kubernetes:apps/v1:Deployment resnet50-deployment <- resnet50",
        "kubernetes:core/v1:Service resnet50-service <- resnet50",
        "kubernetes:core/v1:ServiceAccount resnet50-account <- resnet50",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy resnet50-network <- resnet50",
        "kubernetes:policy/v1:PodDisruptionBudget resnet50-disruption <- resnet50",
        "pulumi:providers:kubernetes cluster",
      ]);
    });
  });

  describe("runs the pod of the plan, whole, under its own account", () => {
    inBothModes(buildResnet50(), (resources) => {
      const deployment = one(resources, "kubernetes:apps/v1:Deployment", "resnet50-deployment");
      const { pod } = plan().services["resnet50"] ?? assert.fail();
      assert.deepEqual(deployment.inputs, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          replicas: 2,
          selector,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          progressDeadlineSeconds: 412,
          revisionHistoryLimit: 3,
          template: { metadata: { labels }, spec: { ...pod, serviceAccountName: "resnet50" } },
        },
      });
      assert.deepEqual(deployment.customTimeouts, { create: "884s", update: "884s" });
      assert.equal(deployment.provider, "cluster");
      assert.deepEqual(deployment.dependsOn, ["resnet50-account", "resnet50-network"]);
    });
  });

  describe("finds its pods by the same labels in Service, budget and policy", () => {
    inBothModes(buildResnet50(), (resources) => {
      const specOf = (type: string, role: string) =>
        one(resources, type, `resnet50-${role}`).inputs["spec"];
      assert.deepEqual(specOf("kubernetes:core/v1:Service", "service"), {
        type: "ClusterIP",
        selector: selector.matchLabels,
        ports: [
          { name: "http", port: 8000, targetPort: "http", protocol: "TCP" },
          { name: "grpc", port: 8001, targetPort: "grpc", protocol: "TCP" },
          { name: "metrics", port: 8002, targetPort: "metrics", protocol: "TCP" },
        ],
      });
      assert.deepEqual(specOf("kubernetes:policy/v1:PodDisruptionBudget", "disruption"), {
        maxUnavailable: 1,
        selector,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      });
      assert.deepEqual(specOf("kubernetes:networking.k8s.io/v1:NetworkPolicy", "network"), {
        podSelector: selector,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          {
            from: [
              { podSelector: {} },
              { namespaceSelector: { matchLabels: { "inference-platform/role": "gateway" } } },
            ],
            ports: [
              { protocol: "TCP", port: 8000 },
              { protocol: "TCP", port: 8001 },
            ],
          },
          {
            from: [
              { namespaceSelector: { matchLabels: { "inference-platform/role": "monitoring" } } },
            ],
            ports: [{ protocol: "TCP", port: 8002 }],
          },
        ],
        egress: [
          {
            to: [
              {
                namespaceSelector: {
                  matchLabels: { "kubernetes.io/metadata.name": "kube-system" },
                },
              },
            ],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          { ports: [{ protocol: "TCP", port: 80 }] },
        ],
      });
    });
  });

  describe("gives a model of twice the size more time in every timeout", () => {
    const timesOf = (size: string) => {
      const plan = planSmall(["resnet50", "size: 100MiB", `size: ${size}`]);
      const { rollout, pod } = plan.services["resnet50"] ?? assert.fail();
      return {
        startup: pod.containers[0]?.startupProbe?.failureThreshold,
        progress: rollout.progressDeadlineSeconds,
        complete: rollout.completeSeconds,
      };
    };
    it("for 5 GiB and 10 GiB", () => {
      assert.deepEqual(timesOf("5GiB"), { startup: 36, progress: 865, complete: 1790 });
      assert.deepEqual(timesOf("10GiB"), { startup: 66, progress: 1326, complete: 2712 });
    });
  });
});
