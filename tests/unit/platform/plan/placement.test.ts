import assert from "node:assert/strict";
import { type Edit, judgeSmall, planSmall } from "../../../support/small-stack.ts";

/** Where a service of team vision lands that has these pools to choose from. */
const placements: readonly {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly want: string;
}[] = [
  { title: "the first pool of its team that fits", edits: [], want: "l4" },
  {
    title: "the first in the team's order",
    edits: [["spec", "pools: [cpu, l4]", "pools: [l4, cpu]"]],
    want: "l4",
  },
  {
    title: "a pool that fits and is not the first",
    edits: [
      ["resnet50", "gpu: { model: l4, count: 1 }\n", ""],
      ["resnet50", "cpu: 4", "cpu: 1"],
      ["spec", "pools: [cpu, l4]", "pools: [l4, cpu]"],
    ],
    want: "cpu",
  },
  {
    title: "the pool that it names, though another comes first",
    edits: [
      ["spec", "  l4:", "  first: { machine: sim-l4-4, nodes: 1 }\n  l4:"],
      ["spec", "[cpu, l4]", "[first, l4]"],
      ["spec", "resnet50, replicas: 2", "resnet50, replicas: 2, pool: l4"],
    ],
    want: "l4",
  },
  {
    title: "a node with more GPUs than it needs",
    edits: [["spec", "model: l4, count: 1", "model: l4, count: 4"]],
    want: "l4",
  },
];

/** Why an open pool is refused. */
const misfits: readonly {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly want: string;
}[] = [
  { title: "has no GPU", edits: [["spec", "[cpu, l4]", "[cpu]"]], want: "cpu has no GPU" },
  {
    title: "has another GPU",
    edits: [["resnet50", "model: l4", "model: t4"]],
    want: "cpu has no GPU; l4 has l4",
  },
  {
    title: "has too few GPUs on a node",
    edits: [["resnet50", "count: 1", "count: 2"]],
    want: "cpu has no GPU; l4 has 1 GPUs on a node",
  },
  {
    title: "has GPUs that nobody asks for",
    edits: [
      ["spec", "[cpu, l4]", "[l4]"],
      ["resnet50", "gpu: { model: l4, count: 1 }\n", ""],
    ],
    want: "l4 keeps its GPU nodes for services that ask for a GPU",
  },
  {
    title: "has too few CPUs",
    edits: [["resnet50", "cpu: 4", "cpu: 8.1"]],
    want: "cpu has no GPU; l4 has 8 CPUs on a node",
  },
  {
    title: "has too little memory",
    edits: [["resnet50", "8GiB", "33GiB"]],
    want: "cpu has no GPU; l4 has 32GiB on a node",
  },
  {
    title: "has too little disk for the model",
    edits: [["resnet50", "100MiB", "200GiB"]],
    want: "cpu has no GPU; l4 has 200GiB of disk on a node",
  },
  {
    title: "has too little of everything",
    edits: [
      ["resnet50", "cpu: 4, memory: 8GiB", "cpu: 9, memory: 33GiB"],
      ["resnet50", "100MiB", "200GiB"],
    ],
    want: "cpu has no GPU; l4 has 8 CPUs, 32GiB, 200GiB of disk on a node",
  },
];

describe("a service", () => {
  for (const { title, edits, want } of placements) {
    it(`runs on ${title}`, () => {
      assert.equal(planSmall(...edits).services["resnet50"]?.pool, want);
    });
  }

  for (const { title, edits, want } of misfits) {
    it(`is refused where the pool ${title}`, () => {
      const issue = judgeSmall(...edits).issues.find(({ code }) => code === "no-fitting-pool");
      assert.equal(issue?.allowed, want);
    });
  }

  it("is not sent to the next pool while the first is unclear", () => {
    const first: Edit = ["spec", "  l4:", "  first: { machine: sim-l4-4, nodes: two }\n  l4:"];
    const { issues } = judgeSmall(
      first,
      ["spec", "[cpu, l4]", "[first, l4]"],
      ["spec", "nodes: 3", "nodes: 0"],
    );
    assert.deepEqual(
      issues.map(({ path }) => path),
      ["pools.first.nodes"],
    );
  });

  it("may name a pool while the pools of its team are unclear", () => {
    const { issues } = judgeSmall(
      ["spec", "[cpu, l4]", "[cpu, 7]"],
      ["spec", "resnet50, replicas: 2", "resnet50, replicas: 2, pool: l4"],
    );
    assert.deepEqual(
      issues.map(({ path, code }) => `${path} ${code}`),
      ["teams.vision.pools.1 wrong-type"],
    );
  });

  it("of an unknown team is still told that the pool it names cannot hold it", () => {
    const { issues } = judgeSmall(
      ["spec", "vision: {", "visions: {"],
      ["spec", "resnet50, replicas: 2", "resnet50, replicas: 2, pool: cpu"],
    );
    assert.deepEqual(
      issues.map(({ path, code }) => `${path} ${code}`),
      ["services.resnet50.from unknown-team", "services.resnet50.pool no-fitting-pool"],
    );
  });

  it("counts towards its team's quota even when no pool can hold it", () => {
    const { issues } = judgeSmall(["resnet50", "8GiB", "80GiB"], ["spec", "gpus: 3", "gpus: 1"]);
    assert.deepEqual(
      issues.map(({ path, code }) => `${path} ${code}`),
      ["teams.vision.gpus over-quota", "services.resnet50.from no-fitting-pool"],
    );
  });
});
