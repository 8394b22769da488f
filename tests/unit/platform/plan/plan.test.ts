import assert from "node:assert/strict";
import { planSmall } from "../../../support/small-stack.ts";

const labels = {
  "app.kubernetes.io/part-of": "inference-platform",
  "app.kubernetes.io/managed-by": "pulumi",
  "inference-platform/stack": "small",
  "inference-platform/owner": "ml-platform",
  "inference-platform/cost-center": "4711",
};

describe("a plan", () => {
  const plan = planSmall();

  it("says which stack it is of", () => {
    const { name, cloud, environment, cluster, waivers, notes } = plan;
    assert.deepEqual(
      { name, cloud, environment, cluster, waivers, notes },
      {
        name: "small",
        cloud: "local",
        environment: "dev",
        cluster: { kind: "embedded", version: "1.36" },
        waivers: [],
        notes: [],
      },
    );
    assert.deepEqual(plan.labels, labels);
  });

  it("has its pools with their machines", () => {
    assert.deepEqual(plan.pools, {
      cpu: {
        name: "cpu",
        machine: "sim-cpu-4",
        nodes: { min: 2, max: 2 },
        labels: { ...labels, "inference-platform/pool": "cpu" },
        taints: [],
        capacity: { cpu: 4, memoryMiB: 16_384, ephemeralStorageMiB: 51_200, pods: 110 },
        provisioningSeconds: 20,
      },
      l4: {
        name: "l4",
        machine: "sim-l4-1",
        nodes: { min: 3, max: 3 },
        labels: { ...labels, "inference-platform/pool": "l4", "inference-platform/gpu": "l4" },
        taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
        capacity: {
          cpu: 8,
          memoryMiB: 32_768,
          ephemeralStorageMiB: 204_800,
          pods: 110,
          gpu: { model: "l4", count: 1 },
        },
        provisioningSeconds: 20,
      },
    });
  });

  it("has its teams with their bounds", () => {
    const security = {
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "v1.36",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/warn-version": "v1.36",
    };
    const team = (name: string, gpus: number) => ({
      namespace: name,
      gpus,
      labels: { ...labels, "inference-platform/team": name },
      security,
    });
    assert.deepEqual(plan.teams, { vision: team("vision", 3), flowers: team("flowers", 0) });
  });

  it("has its services in the order of the spec", () => {
    const services = Object.values(plan.services).map(({ pod, rollout, ...service }) => service);
    const own = (name: string, team: string) => ({
      labels: {
        ...labels,
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/component": "model-server",
        "inference-platform/team": team,
      },
      selector: { "app.kubernetes.io/name": name },
    });
    assert.deepEqual(services, [
      {
        name: "iris",
        namespace: "flowers",
        server: "fastapi",
        pool: "cpu",
        replicas: 2,
        ...own("iris", "flowers"),
        ports: [{ name: "http", port: 8000 }],
        network: { clientPorts: [8000], metricsPorts: [8000] },
      },
      {
        name: "resnet50",
        namespace: "vision",
        server: "triton",
        pool: "l4",
        replicas: 2,
        ...own("resnet50", "vision"),
        ports: [
          { name: "http", port: 8000 },
          { name: "grpc", port: 8001 },
          { name: "metrics", port: 8002 },
        ],
        network: { clientPorts: [8000, 8001], metricsPorts: [8002], modelStorePort: 80 },
      },
    ]);
  });

  it("may have names that every object has", () => {
    const { pools, teams, services } = planSmall(
      ["spec", "  cpu: {", "  constructor: {"],
      ["spec", "[cpu]", "[constructor]"],
      ["spec", "[cpu, l4]", "[constructor, l4]"],
      [
        "spec",
        "  flowers: {",
        "  flowers: { pools: [l4], gpus: 0, modelPrefix: x/ }\n  valueof: {",
      ],
      [
        "spec",
        "{ pools: [l4], gpus: 0, modelPrefix: x/ }",
        "{ pools: [constructor], gpus: 0, modelPrefix: flowers/ }",
      ],
      ["spec", "  iris: {", "  constructor: {"],
    );
    assert.deepEqual(Object.keys(pools), ["constructor", "l4"]);
    assert.deepEqual(Object.keys(teams), ["vision", "flowers", "valueof"]);
    assert.equal(services["constructor"]?.pool, "constructor");
  });
});
