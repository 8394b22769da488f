import assert from "node:assert/strict";
import type { PodPlan } from "../../../../platform/plan/plan.ts";
import { type Edit, planSmall } from "../../../support/small-stack.ts";

function podOf(name: string, ...edits: readonly Edit[]): PodPlan {
  const pod = planSmall(...edits).services[name]?.pod;
  if (pod === undefined) throw new Error(`no ${name}`);
  return pod;
}

const hardened: PodPlan["containers"][number]["securityContext"] = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

describe("the pod of a service", () => {
  it("is complete: a GPU service with a model", () => {
    const expected: PodPlan = {
      terminationGracePeriodSeconds: 50,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: { "inference-platform/pool": "l4" },
      tolerations: [
        { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule", operator: "Equal" },
      ],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "app.kubernetes.io/name": "resnet50" } },
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
          image: "localhost/inference-platform/storage-initializer:0.20.0",
          imagePullPolicy: "IfNotPresent",
          args: [
            "http://model-store.inference-platform-system.svc.cluster.local/vision/resnet50/1.tar",
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
            "--exit-timeout-secs=30",
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
            httpGet: { path: "/v2/health/ready", port: "http" },
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 6,
          },
          readinessProbe: {
            httpGet: { path: "/v2/health/ready", port: "http" },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
          livenessProbe: {
            httpGet: { path: "/v2/health/live", port: "http" },
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
    };
    assert.deepEqual(podOf("resnet50"), expected);
  });

  it("has neither download nor model volume without a model", () => {
    const { initContainers, volumes, containers, tolerations } = podOf("iris");
    assert.deepEqual(initContainers, []);
    assert.deepEqual(tolerations, []);
    assert.deepEqual(
      volumes.map(({ name }) => name),
      ["shm", "scratch-tmp"],
    );
    assert.deepEqual(
      containers[0]?.volumeMounts.map(({ name }) => name),
      ["shm", "scratch-tmp"],
    );
    assert.deepEqual(containers[0]?.command, ["python3", "-m", "uvicorn"]);
    assert.deepEqual(containers[0]?.env, [
      { name: "MODEL_PATH", value: "/models" },
      { name: "PYTHONDONTWRITEBYTECODE", value: "1" },
    ]);
  });

  it("tolerates every taint of its pool", () => {
    const taint = "{ key: tier, value: gold, effect: NoExecute }";
    const { tolerations } = podOf("resnet50", ["spec", "nodes: 3", `nodes: 3, taints: [${taint}]`]);
    assert.deepEqual(tolerations, [
      { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule", operator: "Equal" },
      { key: "tier", value: "gold", effect: "NoExecute", operator: "Equal" },
    ]);
  });

  for (const [requestTimeout, drain, grace] of [
    ["1s", 30, 50],
    ["30s", 30, 50],
    ["90s", 90, 110],
    ["1h", 3600, 3620],
  ] as const) {
    it(`drains ${drain} s when a request may take ${requestTimeout}`, () => {
      const { terminationGracePeriodSeconds, containers } = podOf("resnet50", [
        "resnet50",
        "30s",
        requestTimeout,
      ]);
      assert.equal(terminationGracePeriodSeconds, grace);
      assert.ok(containers[0]?.args.includes(`--exit-timeout-secs=${drain}`));
    });
  }

  it("runs the image of its file, by digest where that has one", () => {
    const pinned = `registry.example/iris:1.0.0@sha256:${"0f".repeat(32)}`;
    const plan = planSmall(["iris", "registry.example/iris:1.0.0", pinned]);
    assert.equal(plan.services["iris"]?.pod.containers[0]?.image, pinned);
    const downloader = "digest of localhost/inference-platform/storage-initializer:0.20.0";
    assert.deepEqual(plan.unresolved, [
      "digest of nvcr.io/nvidia/tritonserver:26.07-py3",
      downloader,
    ]);
    assert.deepEqual(planSmall().unresolved, [
      "digest of registry.example/iris:1.0.0",
      "digest of nvcr.io/nvidia/tritonserver:26.07-py3",
      downloader,
    ]);
  });

  it("asks for what the larger of download and server needs", () => {
    const model: Edit = [
      "iris",
      "requestTimeout",
      "model: { path: flowers/iris/1, size: 1MiB }\nrequestTimeout",
    ];
    const needs = {
      edits: [["iris", "cpu: 0.5, memory: 512MiB", "cpu: 0.1, memory: 1023MiB"]] as const,
    };
    // 16 replicas of 1023 MiB fit the node's 16 GiB, but not 17; with the download's 1 GiB not one more than 16 either.
    const messages = (replicas: number) => {
      const count: Edit = ["spec", "iris, replicas: 2", `iris, replicas: ${replicas}`];
      const one: Edit = ["spec", "nodes: 2", "nodes: 1"];
      return () => planSmall(model, ...needs.edits, count, one);
    };
    assert.doesNotThrow(messages(16));
    assert.throws(messages(17), /17 replicas ask for 1.7 CPUs, 17GiB/);
  });
});
