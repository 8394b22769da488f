import assert from "node:assert/strict";
import type { Capability } from "../../../../platform/contracts/capability.ts";
import { judgement } from "../../../../platform/plan/judgement.ts";
import { boundsOf, judgeCapability } from "../../../../platform/plan/sizes.ts";
import { parseSource } from "../../../../platform/spec/source.ts";

describe("a size", () => {
  for (const [size, bounds] of [
    [3, { min: 3, max: 3 }],
    [
      { min: 0, max: 8 },
      { min: 0, max: 8 },
    ],
    [
      { min: 2, max: 2 },
      { min: 2, max: 2 },
    ],
    [{ min: 2, max: 1 }, undefined],
  ] as const) {
    it(`of ${JSON.stringify(size)} has bounds ${JSON.stringify(bounds)}`, () => {
      assert.deepEqual(boundsOf(size), bounds);
    });
  }
});

describe("bounds", () => {
  const source = parseSource("stacks/x.yaml", "pools: { cpu: { nodes: { min: 1, max: 2 } } }\n");
  const outcome = (capability: Capability) => {
    const judge = judgement();
    judgeCapability(
      ["pools", "cpu", "nodes"],
      { min: 1, max: 2 },
      "local",
      capability,
      source,
      judge,
    );
    return { notes: judge.notes, problems: judge.issues.map(({ problem }) => problem) };
  };

  it("that a cloud follows by itself need no word", () => {
    assert.deepEqual(outcome({ support: "native", via: "a scaler" }), { notes: [], problems: [] });
  });

  it("that a cloud follows in its own way are noted", () => {
    assert.deepEqual(outcome({ support: "substitute", via: "a script", differs: "once an hour" }), {
      notes: ["pools.cpu.nodes: once an hour"],
      problems: [],
    });
  });

  it("that a cloud cannot follow are refused with its reason", () => {
    assert.deepEqual(outcome({ support: "none", reason: "no scaler" }), {
      notes: [],
      problems: ["got bounds from 1 to 2, but local cannot follow them: no scaler"],
    });
  });
});
