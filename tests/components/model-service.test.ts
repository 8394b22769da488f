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

  describe("runs a hardened pod on its pool, with the model fetched before the server starts", () => {
    inBothModes(buildResnet50(), (resources) => {
      const deployment = one(resources, "kubernetes:apps/v1:Deployment", "resnet50-deployment");
      const hardened = {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        readOnlyRootFilesystem: true,
      };
      const port = "http";
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
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: "resnet50",
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              terminationGracePeriodSeconds: 65,
              nodeSelector: { "inference-platform/pool": "l4" },
              tolerations: [
                {
                  key: "nvidia.com/gpu",
                  operator: "Equal",
                  value: "present",
                  effect: "NoSchedule",
                },
                { key: "tier", operator: "Equal", value: "gold", effect: "NoExecute" },
              ],
              topologySpreadConstraints: [
                {
                  maxSkew: 1,
                  topologyKey: "kubernetes.io/hostname",
                  whenUnsatisfiable: "ScheduleAnyway",
                  labelSelector: selector,
                },
              ],
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 1000,
                runAsGroup: 1000,
                fsGroup: 1000,
                seccompProfile: { type: "RuntimeDefault" },
              },
              initContainers: [
                {
                  name: "model",
                  image: "docker.io/kserve/storage-initializer:v0.20.0",
                  imagePullPolicy: "IfNotPresent",
                  args: [
                    "http://model-store.inference-platform-system.svc.cluster.local/vision/resnet50/1",
                    "/models",
                  ],
                  env: [],
                  resources: {
                    requests: { cpu: "100m", memory: "1Gi", "ephemeral-storage": "2168Mi" },
                    limits: { memory: "1Gi", "ephemeral-storage": "2168Mi" },
                  },
                  securityContext: hardened,
                  volumeMounts: [
                    { name: "model", mountPath: "/models" },
                    { name: "scratch-tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              containers: [
                {
                  name: "server",
                  image: "nvcr.io/nvidia/tritonserver:26.07-py3",
                  imagePullPolicy: "IfNotPresent",
                  args: [
                    "tritonserver",
                    "--model-repository=/models",
                    "--model-control-mode=none",
                    "--exit-on-error=true",
                    "--strict-readiness=true",
                    "--exit-timeout-secs=45",
                    "--grpc-max-response-pool-size=64",
                    "--grpc-max-connection-age=600000",
                    "--allow-gpu-metrics=false",
                    "--log-format=ISO8601",
                  ],
                  env: [],
                  ports: [
                    { name: "http", containerPort: 8000 },
                    { name: "grpc", containerPort: 8001 },
                    { name: "metrics", containerPort: 8002 },
                  ],
                  resources: {
                    requests: {
                      cpu: "4",
                      memory: "8Gi",
                      "ephemeral-storage": "2168Mi",
                      "nvidia.com/gpu": "1",
                    },
                    limits: { memory: "8Gi", "ephemeral-storage": "2168Mi", "nvidia.com/gpu": "1" },
                  },
                  securityContext: hardened,
                  volumeMounts: [
                    { name: "shm", mountPath: "/dev/shm" },
                    { name: "scratch-tmp", mountPath: "/tmp" },
                    { name: "model", mountPath: "/models", readOnly: true },
                  ],
                  startupProbe: {
                    httpGet: { path: "/v2/health/ready", port },
                    periodSeconds: 10,
                    timeoutSeconds: 5,
                    failureThreshold: 6,
                  },
                  readinessProbe: {
                    httpGet: { path: "/v2/health/ready", port },
                    periodSeconds: 5,
                    timeoutSeconds: 5,
                    failureThreshold: 3,
                  },
                  livenessProbe: {
                    httpGet: { path: "/v2/health/live", port },
                    periodSeconds: 10,
                    timeoutSeconds: 5,
                    failureThreshold: 6,
                  },
                  lifecycle: { preStop: { sleep: { seconds: 15 } } },
                },
              ],
              volumes: [
                { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
                { name: "scratch-tmp", emptyDir: { sizeLimit: "2Gi" } },
                { name: "model", emptyDir: { sizeLimit: "120Mi" } },
              ],
            },
          },
        },
      });
      assert.deepEqual(deployment.customTimeouts, { create: "884s", update: "884s" });
      assert.equal(deployment.provider, "cluster");
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
