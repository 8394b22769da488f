import assert from "node:assert/strict";
import fc from "fast-check";
import { emptySite } from "../../../../platform/contracts/site.ts";
import { formatIssue } from "../../../../platform/issue.ts";
import {
  type Edit,
  judgeSmallAt,
  planSmallAt,
  siteWithRealNode as real,
} from "../../../support/small-stack.ts";

const { capacity } = real.realNode;

/** A second pool without GPUs. */
const secondPool: Edit = [
  "spec",
  "  l4: { gpu",
  "  big: { machine: { cpu: 8, memory: 16GiB }, nodes: 1 }\n  l4: { gpu",
];

describe("a real node in the plan", () => {
  it("takes the place of the nodes of the first pool without GPUs, and no other", () => {
    const { pools } = planSmallAt(real, secondPool);
    const nodes = Object.values(pools).map(({ name, node, machine, nodes }) => [
      name,
      node,
      machine,
      nodes.max,
    ]);
    assert.deepEqual(nodes, [
      ["cpu", "this-machine", "this-machine", 1],
      ["big", undefined, "sim-cpu-8", 1],
      ["l4", undefined, "sim-l4-1", 3],
    ]);
    assert.deepEqual(pools["cpu"]?.capacity, capacity);
  });

  it("is told of", () => {
    assert.ok(
      planSmallAt(real).notes.includes(
        "pool cpu: this machine is its one real node, in place of 2 x sim-cpu-4",
      ),
    );
  });

  it("stays unused where every pool has GPUs", () => {
    const plan = planSmallAt(
      real,
      ["spec", "machine: { cpu: 4, memory: 16GiB }", "gpu: { model: t4, count: 1 }"],
      ["iris", "server: fastapi", "server: fastapi\ngpu: { model: t4, count: 1 }"],
      ["spec", "flowers: { pools: [cpu], gpus: 0", "flowers: { pools: [cpu], gpus: 2"],
    );
    assert.ok(Object.values(plan.pools).every(({ node }) => node === undefined));
    assert.ok(
      plan.notes.includes("no pool is without GPUs, so nothing runs on this machine's real node"),
    );
  });

  it("must have room for the services, like every pool", () => {
    const small = { images: {}, realNode: { name: "n", capacity: { ...capacity, cpu: 0.9 } } };
    assert.deepEqual(judgeSmallAt(small).issues.map(formatIssue), [
      "stacks/small.yaml:10:53 pools.cpu.nodes: got 1 x this-machine, where 2 replicas ask for 1 CPUs, 1GiB and 4GiB of disk; 1 of the 2 replicas find room; fix: lower replicas, ask for less per replica, or do with simulated nodes (--node=simulated) [pool-too-small]",
    ]);
  });

  it("offers no larger pool to a service that is too large for it, but simulated nodes", () => {
    const small = { images: {}, realNode: { name: "n", capacity: { ...capacity, cpu: 0.3 } } };
    assert.deepEqual(judgeSmallAt(small).issues.map(formatIssue), [
      "stacks/small.yaml:16:17 services.iris.from: a replica needs 0.5 CPUs, 512MiB and 2GiB of disk, and no pool open to it has that; cpu has 0.3 CPUs on a node; fix: ask for less in the service file, or do with simulated nodes (--node=simulated) [no-fitting-pool]",
    ]);
  });

  it("is no way out for a service that wants a GPU which its pools do not have", () => {
    const issues = judgeSmallAt(real, ["spec", "[cpu, l4]", "[cpu]"]).issues;
    assert.deepEqual(
      issues.map(({ code, fix }) => [code, fix]),
      [["no-fitting-pool", "ask for less in the service file, or give the team a larger pool"]],
    );
  });

  it("goes to no other pool while the one before is unclear", () => {
    const small = { images: {}, realNode: { name: "n", capacity: { ...capacity, cpu: 0.9 } } };
    const { issues } = judgeSmallAt(
      small,
      secondPool,
      ["spec", "nodes: 2 }", "nodes: { min: 3, max: 1 } }"],
      ["spec", "flowers: { pools: [cpu]", "flowers: { pools: [big]"],
    );
    assert.deepEqual(
      issues.map(({ code, path }) => [code, path]),
      [["min-above-max", "pools.cpu.nodes"]],
    );
  });

  it("takes exactly what it has room for", () => {
    // Beside what the replicas need: mostly at the edge, where a wrong sum shows.
    const slack = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(-1, 0, 1) },
      { weight: 1, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
    );
    const slacks = fc.record({ milliCpu: slack, memoryMiB: slack, diskMiB: slack, pods: slack });
    fc.assert(
      fc.property(slacks, fc.integer({ min: 1, max: 6 }), (over, replicas) => {
        const capacity = {
          cpu: Math.max(0, replicas * 500 + over.milliCpu) / 1000,
          memoryMiB: Math.max(0, replicas * 512 + over.memoryMiB),
          ephemeralStorageMiB: Math.max(0, replicas * 2048 + over.diskMiB),
          pods: Math.max(0, replicas + over.pods),
        };
        const site = { images: {}, realNode: { name: "n", capacity } };
        const edit: Edit = ["spec", "iris, replicas: 2", `iris, replicas: ${replicas}`];
        const fits = Object.values(over).every((rest) => rest >= 0);
        assert.equal(judgeSmallAt(site, edit).plan !== undefined, fits);
      }),
    );
  });
});

describe("images that were built on this machine", () => {
  const reference = "registry.example/iris:1.0.0";
  const digest = `sha256:${"a".repeat(64)}` as const;

  it("run by the digest they were built with", () => {
    const { services, unresolved } = planSmallAt({ images: { [reference]: digest } });
    assert.equal(services["iris"]?.pod.containers[0]?.image, `${reference}@${digest}`);
    assert.ok(!unresolved.includes(`digest of ${reference}`));
  });

  it("are unresolved before", () => {
    const { services, unresolved } = planSmallAt(emptySite);
    assert.equal(services["iris"]?.pod.containers[0]?.image, reference);
    assert.ok(unresolved.includes(`digest of ${reference}`));
  });

  it("never replace a digest that is written down", () => {
    const written = `${reference}@sha256:${"b".repeat(64)}`;
    const { services } = planSmallAt({ images: { [reference]: digest } }, [
      "iris",
      reference,
      written,
    ]);
    assert.equal(services["iris"]?.pod.containers[0]?.image, written);
  });
});
