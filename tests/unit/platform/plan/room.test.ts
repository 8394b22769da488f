import assert from "node:assert/strict";
import fc from "fast-check";
import type { Needs } from "../../../../platform/plan/needs.ts";
import type { PoolPlan } from "../../../../platform/plan/plan.ts";
import { type Demand, pack, replicasOf, showDemand } from "../../../../platform/plan/room.ts";

const node = { cpu: 4, memoryMiB: 16_384, ephemeralStorageMiB: 51_200, pods: 110 };
const small: Needs = { milliCpu: 500, memoryMiB: 1024, ephemeralMiB: 2048, gpus: 0 };

function poolOf(nodes: number, capacity: PoolPlan["capacity"] = node): PoolPlan {
  return {
    name: "pool",
    machine: "machine",
    nodes: { min: nodes, max: nodes },
    labels: {},
    taints: [],
    capacity,
    provisioningSeconds: 0,
  };
}

function demandOf(name: string, needs: Partial<Needs>, replicas: number, mayGrow = true): Demand {
  return { name, needs: { ...small, ...needs }, replicas, mayGrow };
}

/** What limits a node, one by one. */
const limits: readonly {
  readonly title: string;
  readonly needs: Partial<Needs>;
  readonly fit: number;
}[] = [
  { title: "CPUs", needs: { milliCpu: 1300 }, fit: 3 },
  { title: "memory", needs: { memoryMiB: 8000 }, fit: 2 },
  { title: "disk", needs: { ephemeralMiB: 12_000 }, fit: 4 },
  { title: "pods", needs: { milliCpu: 1, memoryMiB: 1, ephemeralMiB: 1 }, fit: 110 },
  { title: "GPUs, where it has none", needs: { gpus: 1 }, fit: 0 },
];

describe("a pool", () => {
  for (const { title, needs, fit } of limits) {
    it(`holds as many replicas as a node has ${title}`, () => {
      assert.equal(pack(poolOf(1), [demandOf("a", needs, 1000)]).placed, fit);
      assert.equal(pack(poolOf(3), [demandOf("a", needs, 1000)]).placed, 3 * fit);
    });
  }

  it("holds as many replicas as it has GPUs", () => {
    const pool = poolOf(2, { ...node, gpu: { model: "l4", count: 4 } });
    assert.equal(pack(pool, [demandOf("a", { gpus: 1 }, 9)]).placed, 8);
    assert.equal(pack(pool, [demandOf("a", { gpus: 3 }, 9)]).placed, 2);
  });

  it("holds nothing without nodes", () => {
    assert.deepEqual(pack(poolOf(0), [demandOf("a", {}, 1)]), { placed: 0, spare: new Set() });
  });

  it("does not spread a replica over two nodes", () => {
    assert.equal(pack(poolOf(2), [demandOf("a", { milliCpu: 3000 }, 3)]).placed, 2);
  });

  it("places large replicas before small ones, so that both fit", () => {
    const demands = [
      demandOf("small", { memoryMiB: 6000 }, 2),
      demandOf("large", { memoryMiB: 10_000 }, 2),
    ];
    assert.equal(pack(poolOf(2), demands).placed, 4);
  });

  it("has room for a rollout where one more replica fits", () => {
    assert.deepEqual(pack(poolOf(2), [demandOf("a", { milliCpu: 4000 }, 1)]).spare, new Set(["a"]));
    assert.deepEqual(pack(poolOf(2), [demandOf("a", { milliCpu: 4000 }, 2)]).spare, new Set());
  });

  it("gives the same room to one rollout only, since all may happen at once", () => {
    const demands = ["b", "a", "c"].map((name) => demandOf(name, { milliCpu: 2000 }, 1));
    assert.deepEqual(pack(poolOf(2), demands).spare, new Set(["a"]));
  });

  it("gives no room to a rollout that may not grow", () => {
    const demands = [demandOf("a", {}, 1, false), demandOf("b", {}, 1)];
    assert.deepEqual(pack(poolOf(1), demands).spare, new Set(["b"]));
  });
});

describe("any pool", () => {
  const needs = fc.record({
    milliCpu: fc.integer({ min: 1, max: 5000 }),
    memoryMiB: fc.integer({ min: 1, max: 20_000 }),
    ephemeralMiB: fc.integer({ min: 1, max: 60_000 }),
    gpus: fc.integer({ min: 0, max: 5 }),
  });
  const demands = fc
    .array(fc.record({ needs, replicas: fc.nat({ max: 20 }), mayGrow: fc.boolean() }), {
      maxLength: 6,
    })
    .map((list) => list.map((demand, index) => ({ ...demand, name: `s${index}` })));
  const pools = fc
    .record({ nodes: fc.nat({ max: 6 }), gpus: fc.nat({ max: 4 }) })
    .map(({ nodes, gpus }) =>
      poolOf(nodes, { ...node, pods: 10, ...(gpus > 0 && { gpu: { model: "l4", count: gpus } }) }),
    );

  it("never promises more than it has", () => {
    fc.assert(
      fc.property(pools, demands, (pool, list) => {
        const { placed, spare } = pack(pool, list);
        assert.ok(placed <= replicasOf(list));
        if (placed < replicasOf(list)) return;
        const promised = list.map(({ needs, replicas, name }) => ({
          needs,
          count: replicas + (spare.has(name) ? 1 : 0),
        }));
        const total = (key: keyof Needs) =>
          promised.reduce((sum, { needs, count }) => sum + needs[key] * count, 0);
        const nodes = pool.nodes.max;
        assert.ok(total("milliCpu") <= nodes * node.cpu * 1000);
        assert.ok(total("memoryMiB") <= nodes * node.memoryMiB);
        assert.ok(total("ephemeralMiB") <= nodes * node.ephemeralStorageMiB);
        assert.ok(total("gpus") <= nodes * (pool.capacity.gpu?.count ?? 0));
        assert.ok(
          promised.reduce((sum, { count }) => sum + count, 0) <= nodes * pool.capacity.pods,
        );
      }),
    );
  });

  it("gives the same answer in whatever order services are written", () => {
    fc.assert(
      fc.property(pools, demands, fc.infiniteStream(fc.nat()), (pool, list, keys) => {
        const order = new Map(list.map((demand) => [demand, keys.next().value ?? 0]));
        const shuffled = list.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        assert.deepEqual(pack(pool, shuffled), pack(pool, list));
      }),
    );
  });

  it("holds equal replicas whether one service or many ask for them", () => {
    fc.assert(
      fc.property(
        pools,
        needs,
        fc.array(fc.nat({ max: 9 }), { maxLength: 6 }),
        (pool, each, counts) => {
          const total = counts.reduce((sum, count) => sum + count, 0);
          const many = counts.map((count, index) => demandOf(`s${index}`, each, count));
          assert.equal(pack(pool, many).placed, pack(pool, [demandOf("one", each, total)]).placed);
        },
      ),
    );
  });

  it("holds no less with one node more, for equal replicas", () => {
    fc.assert(
      fc.property(pools, needs, fc.nat({ max: 50 }), (pool, each, count) => {
        const larger = { ...pool, nodes: { min: 0, max: pool.nodes.max + 1 } };
        const demand = [demandOf("a", each, count)];
        assert.ok(pack(larger, demand).placed >= pack(pool, demand).placed);
      }),
    );
  });

  it("packs thousands of services on a thousand nodes within seconds", () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      demandOf(`s${index}`, { milliCpu: 1 + index }, 1000),
    );
    const started = performance.now();
    pack(poolOf(1000), many);
    assert.ok(performance.now() - started < 5000);
  });
});

describe("a demand", () => {
  it("is shown as the sum of its replicas", () => {
    const demands = [demandOf("a", { gpus: 2 }, 2), demandOf("b", { milliCpu: 250 }, 3)];
    assert.equal(
      showDemand(demands),
      "5 replicas ask for 1.75 CPUs, 5GiB, 4 GPUs and 10GiB of disk",
    );
    assert.equal(
      showDemand([demandOf("a", {}, 1)]),
      "1 replicas ask for 0.5 CPUs, 1GiB and 2GiB of disk",
    );
  });
});
