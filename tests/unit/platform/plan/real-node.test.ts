import assert from "node:assert/strict";
import fc from "fast-check";
import { emptySite, type Site } from "../../../../platform/contracts/site.ts";
import { formatIssue } from "../../../../platform/issue.ts";
import { milliCpus } from "../../../../platform/units.ts";
import { type Edit, judgeSmallAt, planSmallAt } from "../../../support/small-stack.ts";

const capacity = { cpu: 2, memoryMiB: 8192, ephemeralStorageMiB: 50_000, pods: 100 };
const real: Site = { images: {}, realNode: { name: "this-machine", capacity } };

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

  it("never promises more than the machine has", () => {
    const sizes = fc.record({
      cpu: fc.integer({ min: 0, max: 80 }).map((tenths) => tenths / 10),
      memoryMiB: fc.integer({ min: 0, max: 8192 }),
      ephemeralStorageMiB: fc.integer({ min: 0, max: 20_000 }),
      pods: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 6 }), (capacity, replicas) => {
        const site = { images: {}, realNode: { name: "n", capacity } };
        const edit: Edit = ["spec", "iris, replicas: 2", `iris, replicas: ${replicas}`];
        const { plan } = judgeSmallAt(site, edit);
        if (plan === undefined) return; // refused
        assert.ok(replicas * 500 <= milliCpus(capacity.cpu));
        assert.ok(replicas * 512 <= capacity.memoryMiB);
        assert.ok(replicas * 2048 <= capacity.ephemeralStorageMiB);
        assert.ok(replicas <= capacity.pods);
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
