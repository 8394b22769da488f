import assert from "node:assert/strict";
import type { ServicePlan } from "../../../../platform/plan/plan.ts";
import { type Edit, onExistingCluster, planSmall } from "../../../support/small-stack.ts";

const planExisting = (...edits: readonly Edit[]) => planSmall(...onExistingCluster, ...edits);

describe("a plan for a cluster that exists", () => {
  const plan = planExisting();

  it("names the cluster by its context, and has no pools", () => {
    assert.deepEqual(plan.cluster, { kind: "existing", context: "kind-mine" });
    assert.deepEqual(plan.pools, {});
  });

  it("bounds teams as anywhere", () => {
    assert.deepEqual(plan.teams, planSmall().teams);
  });

  it("differs from that for pools in nodes and model store alone", () => {
    const withoutPlace = (service: ServicePlan) => ({
      ...service,
      pool: undefined,
      network: undefined,
      pod: { ...service.pod, nodeSelector: {}, tolerations: [], initContainers: [] },
    });
    const onPools = planSmall().services;
    for (const [name, service] of Object.entries(plan.services)) {
      assert.deepEqual(withoutPlace(service), withoutPlace(onPools[name] ?? assert.fail()));
      assert.equal(service.pool, undefined);
      assert.deepEqual(service.pod.nodeSelector, {});
    }
  });

  it("lets pods with a GPU onto nodes that are tainted for it, whatever the taint's value, and no others", () => {
    const tolerations = Object.values(plan.services).map(({ name, pod }) => [
      name,
      pod.tolerations,
    ]);
    assert.deepEqual(tolerations, [
      ["iris", []],
      ["resnet50", [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]],
    ]);
  });

  it("says what nobody can judge", () => {
    assert.deepEqual(plan.notes, [
      "kubernetes.use: whether its nodes have room cannot be judged here; a pod that finds no room waits",
      "services.resnet50: may get a GPU of another model than l4, because nothing is known of the nodes",
    ]);
    const without = planExisting(
      ["spec", "  iris: { from: flowers/iris, replicas: 2 }\n", ""],
      ["spec", "services:\n  resnet50: { from: vision/resnet50, replicas: 2 }\n", ""],
    );
    assert.deepEqual(without.notes, [], "where nothing runs");
  });

  it("starts a pod before it stops one unless the quota forbids it, which it says", () => {
    const { services, notes } = planExisting(["spec", "gpus: 3", "gpus: 2"]);
    const surges = Object.values(services).map(({ rollout }) => rollout.maxSurge);
    assert.deepEqual(surges, [1, 0]);
    assert.equal(
      notes.at(-1),
      "services.resnet50: the quota of team vision has no room for an extra pod, so a rollout stops one before it starts the next",
    );
  });
});

describe("a model store of an existing cluster", () => {
  for (const [address, uri, port] of [
    ["s3://models", "s3://models/vision/resnet50/1", 443],
    ["gs://models/here", "gs://models/here/vision/resnet50/1", 443],
    ["https://models.example.com", "https://models.example.com/vision/resnet50/1.tar", 443],
    [
      "https://models.example.com:8443/a",
      "https://models.example.com:8443/a/vision/resnet50/1.tar",
      8443,
    ],
  ] as const) {
    it(`at ${address} is called on port ${port}`, () => {
      const service = planExisting(["spec", "s3://models", address]).services["resnet50"];
      assert.equal(service?.pod.initContainers[0]?.args[0], uri);
      assert.equal(
        service?.pod.initContainers[0]?.image,
        "docker.io/kserve/storage-initializer:v0.20.0",
      );
      assert.equal(service?.network.modelStorePort, port);
    });
  }

  it("is not asked for where no service has a model", () => {
    const { services } = planExisting(
      ["spec", ", modelStore: s3://models", ""],
      ["spec", "  resnet50: { from: vision/resnet50, replicas: 2 }\n", ""],
    );
    assert.deepEqual(Object.keys(services), ["iris"]);
  });
});
