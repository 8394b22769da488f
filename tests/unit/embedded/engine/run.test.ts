import assert from "node:assert/strict";
import type { EngineEvent, ResourceEvent } from "../../../../embedded/engine/events.ts";
import {
  cliArguments,
  type EngineResult,
  gathered,
  problemsOf,
} from "../../../../embedded/engine/run.ts";

function step(name: string, change: Partial<ResourceEvent> = {}): ResourceEvent {
  return {
    kind: "resource",
    phase: "done",
    op: "create",
    type: "t",
    urn: `urn::${name}`,
    name,
    id: name,
    preview: false,
    changed: [],
    ...change,
  };
}

function summary(preview: boolean): EngineEvent {
  return { kind: "summary", preview, seconds: 1, changes: { create: 1 }, result: "succeeded" };
}

describe("the arguments of a run", () => {
  it("ask no questions and use no colours", () => {
    assert.deepEqual(cliArguments(["stack", "init", "local"], "tcp://x"), [
      "stack",
      "init",
      "local",
      "--non-interactive",
      "--color=never",
    ]);
  });

  for (const command of ["preview", "up", "refresh", "destroy"]) {
    it(`ask ${command} for its events`, () => {
      assert.equal(cliArguments([command], "tcp://x").at(-1), "--event-log=tcp://x");
    });
  }
});

describe("what a run's events come to", () => {
  it("is the update, not the preview before it", () => {
    const events = [
      step("a", { preview: true }),
      step("b", { preview: true }),
      summary(true),
      step("a", { phase: "started" }),
      step("a"),
      summary(false),
    ];
    const result = gathered(events);
    assert.deepEqual(result.steps, [step("a")]);
    assert.equal(result.summary?.preview, false);
  });

  it("is the preview when the run got no further", () => {
    const result = gathered([step("a", { preview: true }), summary(true)]);
    assert.deepEqual(result.steps, [step("a", { preview: true })]);
    assert.equal(result.summary?.preview, true);
  });

  it("has no summary when the update was cut short", () => {
    const result = gathered([step("a", { preview: true }), summary(true), step("a")]);
    assert.deepEqual(result.steps, [step("a")]);
    assert.equal(result.summary, undefined);
  });

  it("has a component once, though the engine reports it twice", () => {
    const steps = gathered([step("c", { id: "" }), step("d"), step("c", { id: "later" })]).steps;
    assert.deepEqual(
      steps.map(({ name, id }) => [name, id]),
      [
        ["c", "later"],
        ["d", "d"],
      ],
    );
  });

  it("has each message and violation once, though preview and update repeat them", () => {
    const message: EngineEvent = {
      kind: "diagnostic",
      severity: "info",
      message: "m",
      ephemeral: false,
    };
    const status: EngineEvent = { ...message, message: "waiting", ephemeral: true };
    const violation: EngineEvent = {
      kind: "policy",
      pack: "p",
      policy: "r",
      level: "advisory",
      message: "v",
    };
    const result = gathered([message, status, violation, message, violation]);
    assert.deepEqual(result.diagnostics, [message]);
    assert.deepEqual(result.policies, [violation]);
  });
});

describe("the problems of a failed run", () => {
  const failed: EngineResult = {
    ok: false,
    code: 255,
    interrupted: false,
    output: "",
    errors: "error: no stack named 'x' found\n",
    steps: [],
    diagnostics: [],
    policies: [],
  };

  it("are what the CLI printed when the engine never ran", () => {
    assert.deepEqual(problemsOf(failed), ["no stack named 'x' found"]);
  });

  it("are the engine's errors, without what it only told", () => {
    const diagnostics = [
      { kind: "diagnostic", severity: "info", message: "told", ephemeral: false },
      { kind: "diagnostic", severity: "error", message: "broken", ephemeral: false },
    ] as const;
    assert.deepEqual(problemsOf({ ...failed, diagnostics }), ["broken"]);
  });
});
