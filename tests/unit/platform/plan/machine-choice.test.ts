import assert from "node:assert/strict";
import { chooseMachine } from "../../../../platform/plan/machine-choice.ts";
import { type DraftPool, unclear } from "../../../../platform/spec/draft.ts";

const pool: DraftPool = {
  machine: undefined,
  gpu: undefined,
  nodes: 1,
  labels: undefined,
  taints: undefined,
};

/** What is asked for, and the machine of the embedded cluster that has it. */
const choices: readonly {
  readonly title: string;
  readonly wish: Partial<DraftPool>;
  readonly want: string | undefined;
}[] = [
  { title: "the least CPUs", wish: { machine: { cpu: 1, memory: "1GiB" } }, want: "sim-cpu-2" },
  {
    title: "exactly what a machine has",
    wish: { machine: { cpu: 4, memory: "16GiB" } },
    want: "sim-cpu-4",
  },
  {
    title: "a little more than a machine has",
    wish: { machine: { cpu: 4.1, memory: "1GiB" } },
    want: "sim-cpu-8",
  },
  {
    title: "much memory and few CPUs",
    wish: { machine: { cpu: 1, memory: "64GiB" } },
    want: "sim-cpu-16",
  },
  { title: "a machine by name", wish: { machine: "sim-cpu-8" }, want: "sim-cpu-8" },
  { title: "a GPU machine by name", wish: { machine: "sim-l4-4" }, want: "sim-l4-4" },
  { title: "a GPU", wish: { gpu: { model: "l4", count: 1 } }, want: "sim-l4-1" },
  { title: "several GPUs", wish: { gpu: { model: "l4", count: 4 } }, want: "sim-l4-4" },
  {
    title: "a GPU with enough beside it",
    wish: { gpu: { model: "l4", count: 1 }, machine: { cpu: 8, memory: "32GiB" } },
    want: "sim-l4-1",
  },
  {
    title: "a GPU with more than any has beside it",
    wish: { gpu: { model: "l4", count: 1 }, machine: { cpu: 9, memory: "1GiB" } },
    want: undefined,
  },
  {
    title: "a GPU and the machine that has it",
    wish: { gpu: { model: "t4", count: 1 }, machine: "sim-t4-1" },
    want: "sim-t4-1",
  },
  {
    title: "a GPU and a machine that has another",
    wish: { gpu: { model: "t4", count: 1 }, machine: "sim-l4-1" },
    want: undefined,
  },
  {
    title: "a GPU and a machine without",
    wish: { gpu: { model: "t4", count: 1 }, machine: "sim-cpu-2" },
    want: undefined,
  },
  {
    title: "more CPUs than any machine without a GPU has",
    wish: { machine: { cpu: 17, memory: "1GiB" } },
    want: undefined,
  },
  {
    title: "more memory than any machine without a GPU has",
    wish: { machine: { cpu: 1, memory: "65GiB" } },
    want: undefined,
  },
  { title: "nothing", wish: {}, want: undefined },
];

describe("choosing a machine", () => {
  for (const { title, wish, want } of choices) {
    it(`gives ${want ?? "none"} to a pool that asks for ${title}`, () => {
      const { choice, findings } = chooseMachine({ ...pool, ...wish }, "local");
      assert.equal(choice?.name, want);
      assert.equal(findings.length, want === undefined ? 1 : 0);
    });
  }

  it("waits for what is unclear, and judges the rest", () => {
    assert.deepEqual(chooseMachine({ ...pool, machine: unclear }, "local"), { findings: [] });
    const gpu = { model: "l4", count: 3 } as const;
    const { choice, findings } = chooseMachine({ ...pool, machine: unclear, gpu }, "local");
    assert.equal(choice, undefined);
    assert.deepEqual(
      findings.map(({ key }) => key),
      ["gpu"],
    );
  });

  it("judges machine and GPU both", () => {
    const gpu = { model: "h200", count: 1 } as const;
    const { findings } = chooseMachine({ ...pool, machine: "sim-h200", gpu }, "local");
    assert.deepEqual(
      findings.map(({ key }) => key),
      ["machine", "gpu"],
    );
  });
});
