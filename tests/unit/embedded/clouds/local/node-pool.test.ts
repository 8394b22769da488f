import assert from "node:assert/strict";
import { pathText } from "../../../../../embedded/clouds/difference.ts";
import { liveNodePool, unreadyNodes } from "../../../../../embedded/clouds/local/live-pool.ts";
import {
  checkNodePool,
  diffNodePools,
  nodeNames,
  nodePoolOf,
} from "../../../../../embedded/clouds/local/node-pool.ts";
import { type Input, type Inputs, unknown } from "../../../../../embedded/clouds/property-value.ts";
import { simulatedNode } from "../../../../../embedded/kubernetes/nodes.ts";
import type { KubernetesObject } from "../../../../../embedded/kubernetes/objects.ts";

const good = {
  name: "l4",
  count: 2,
  labels: { team: "vision" },
  taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
  capacity: { cpu: "8", memory: "32768Mi", "nvidia.com/gpu": "1" },
  machine: "l4-1",
};

function reasons(inputs: Inputs): readonly string[] {
  return checkNodePool(inputs).map(({ property, reason }) => {
    assert.ok(reason.startsWith(property));
    return reason;
  });
}

describe("check of a node pool", () => {
  it("lets a good one pass, and one that is not known yet", () => {
    assert.deepEqual(reasons(good), []);
    assert.deepEqual(reasons({ ...good, labels: { "inference-platform/pool": "l4" } }), []);
    assert.deepEqual(reasons({ ...good, count: 0, taints: [], labels: {} }), []);
    const later = Object.fromEntries(Object.keys(good).map((key) => [key, unknown]));
    assert.deepEqual(reasons(later), []);
    const inside = {
      labels: { a: unknown },
      taints: [unknown],
      capacity: { cpu: unknown, memory: unknown },
    };
    assert.deepEqual(reasons({ ...good, ...inside }), []);
    const labels = { "inference-platform/pool": "l4", "inference-platform/simulated": unknown };
    assert.deepEqual(reasons({ ...good, name: unknown, labels }), []);
  });

  it("names all that is wrong at once", () => {
    assert.deepEqual(reasons({ colour: "red", count: "2" }), [
      "colour is no property of a NodePool; it has name, count, labels, taints, capacity, machine",
      "name is missing",
      "count must be a whole number from 0",
      "labels is missing",
      "taints is missing",
      "capacity is missing",
      "machine is missing",
    ]);
  });

  const cases: readonly [keyof typeof good, Input, string][] = [
    ["name", "L4", "name must be a DNS label of at most 59 characters that starts with a letter"],
    [
      "name",
      "a".repeat(60),
      "name must be a DNS label of at most 59 characters that starts with a letter",
    ],
    ["count", 1.5, "count must be a whole number from 0"],
    ["count", -1, "count must be a whole number from 0"],
    ["labels", { a: 1 }, "labels has 1 for a, which is no text"],
    ["labels", ["a"], "labels must be an object of texts"],
    [
      "labels",
      { "inference-platform/pool": "b" },
      'labels has another inference-platform/pool than "l4"',
    ],
    [
      "labels",
      { "inference-platform/simulated": "no" },
      'labels has another inference-platform/simulated than "true"',
    ],
    ["taints", {}, "taints must be a list"],
    ["taints", ["a"], "taints must hold objects"],
    ["taints", [{ effect: "NoSchedule" }], "taints has a taint without key"],
    [
      "taints",
      [{ key: "a", value: 1, effect: "NoSchedule" }],
      "taints has a taint whose value is no text",
    ],
    [
      "taints",
      [{ key: "a", effect: "Never" }],
      'taints has the effect "Never"; it must be one of NoSchedule, PreferNoSchedule, NoExecute',
    ],
    [
      "taints",
      [{ key: "a", effect: "NoSchedule", x: 1 }],
      'taints has a taint with "x"; a taint has key, value and effect',
    ],
    ["capacity", { cpu: "8" }, "capacity lacks memory"],
    [
      "capacity",
      { cpu: "8", memory: "lots" },
      'capacity has "lots" for memory, which is no quantity',
    ],
    ["capacity", { cpu: 8, memory: "1Gi" }, "capacity has 8 for cpu, which is no quantity"],
    ["machine", "", "machine must be a text"],
  ];
  for (const [key, value, expected] of cases) {
    it(`refuses ${key} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(reasons(Object.fromEntries([...Object.entries(good), [key, value]])), [
        expected,
      ]);
    });
  }
});

describe("diff of a node pool", () => {
  it("replaces it for another name only", () => {
    const { changes } = diffNodePools(good, { ...good, name: "t4", count: 3, machine: "t4-1" });
    assert.deepEqual(
      changes.map(({ path, replaces }) => [pathText(path), replaces]),
      [
        ["name", true],
        ["count", false],
        ["machine", false],
      ],
    );
  });

  it("takes another spelling of the same capacity for no change", () => {
    const respelled = { ...good, capacity: { ...good.capacity, memory: "32Gi", cpu: "8000m" } };
    assert.deepEqual(diffNodePools(good, respelled).changes, []);
    assert.equal(
      diffNodePools(good, { ...good, labels: { ...good.labels, team: "1" } }).changes.length,
      1,
    );
  });
});

describe("live node pool", () => {
  const pool = nodePoolOf(good);

  function nodes(
    change: (node: KubernetesObject) => KubernetesObject = (node) => node,
  ): readonly KubernetesObject[] {
    const all = nodeNames(pool).map((name) =>
      simulatedNode({
        name,
        pool: pool.name,
        labels: { ...pool.labels, "node.kubernetes.io/instance-type": pool.machine },
        taints: pool.taints,
        capacity: { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" },
      }),
    );
    return all.map((node, at) => (at === 1 ? change(node) : node));
  }

  it("is the pool itself when every node is as it should be, however quantities are spelled", () => {
    assert.equal(liveNodePool(good, pool, nodes()), good);
  });

  it("does not see what Kubernetes and others add", () => {
    const changed = nodes((node) => ({
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, theirs: "1" } },
      spec: {
        taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }, ...pool.taints],
      },
    }));
    assert.equal(liveNodePool(good, pool, changed), good);
  });

  it("is what the first node has that differs", () => {
    const changed = nodes((node) => ({
      ...node,
      metadata: {
        ...node.metadata,
        labels: { "node.kubernetes.io/instance-type": "t4-1", team: "audio" },
      },
      spec: { taints: [] },
      status: { capacity: { cpu: "4", memory: "32Gi" } },
    }));
    assert.deepEqual(liveNodePool(good, pool, changed), {
      ...good,
      labels: { team: "audio" },
      taints: [],
      capacity: { cpu: "4", memory: "32768Mi" },
      machine: "t4-1",
    });
  });

  it("has as many nodes as there are", () => {
    assert.deepEqual(liveNodePool(good, pool, nodes().slice(1)), { ...good, count: 1 });
  });

  it("is not well while a node is not ready", () => {
    const conditions = [{ type: "Ready", status: "Unknown", message: "no word from it" }];
    const [first, second] = nodes();
    assert.ok(first && second);
    const ready = { ...first, status: { conditions: [{ type: "Ready", status: "True" }] } };
    assert.deepEqual(unreadyNodes([ready, { ...second, status: { conditions } }]), [
      "node l4-1 is not ready: no word from it",
    ]);
  });
});
