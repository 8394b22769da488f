import assert from "node:assert/strict";
import fc from "fast-check";
import { nameOf, parseEvent, plain } from "../../../../embedded/engine/events.ts";

const urn = "urn:pulumi:local::trial::a:b:Comp$fake:index:Thing::a::b";

const cases: readonly { readonly title: string; readonly event: object; readonly want: unknown }[] =
  [
    {
      title: "a step that begins",
      event: {
        sequence: 4,
        timestamp: 1_795_226_000,
        resourcePreEvent: {
          metadata: {
            op: "update",
            urn,
            type: "fake:index:Thing",
            old: { type: "fake:index:Thing", urn, custom: true, id: "a", inputs: {}, outputs: {} },
            new: { type: "fake:index:Thing", urn, custom: true, id: "a", inputs: {}, outputs: {} },
            diffs: ["text"],
            detailedDiff: { "text.inner": { diffKind: "update", inputDiff: false } },
            provider: "p",
          },
          planning: true,
        },
      },
      want: {
        kind: "resource",
        phase: "started",
        op: "update",
        type: "fake:index:Thing",
        urn,
        name: "a::b",
        id: "a",
        preview: true,
        changed: ["text.inner"],
      },
    },
    {
      title: "a step that is done, whose provider gives no details",
      event: {
        resOutputsEvent: {
          metadata: {
            op: "delete",
            urn,
            type: "t",
            old: { id: "x" },
            new: null,
            diffs: ["text"],
            detailedDiff: null,
          },
        },
      },
      want: {
        kind: "resource",
        phase: "done",
        op: "delete",
        type: "t",
        urn,
        name: "a::b",
        id: "x",
        preview: false,
        changed: ["text"],
      },
    },
    {
      title: "a step that failed",
      event: {
        resOpFailedEvent: {
          metadata: { op: "create", urn, type: "t", old: null, new: { id: "" } },
          status: 1,
          steps: 2,
        },
      },
      want: {
        kind: "resource",
        phase: "failed",
        op: "create",
        type: "t",
        urn,
        name: "a::b",
        id: "",
        preview: false,
        changed: [],
      },
    },
    {
      title: "a message, without its colours",
      event: {
        diagnosticEvent: {
          urn,
          prefix: "error: ",
          message: "<{%reset%}>line 1\n\u001b[31mline 2\u001b[0m<{%fg 1%}>\n",
          color: "never",
          severity: "error",
        },
      },
      want: {
        kind: "diagnostic",
        severity: "error",
        message: "line 1\nline 2",
        ephemeral: false,
        urn,
      },
    },
    {
      title: "what a program prints on its standard error, as information",
      event: { diagnosticEvent: { message: "warned", severity: "info#err", ephemeral: true } },
      want: { kind: "diagnostic", severity: "info", message: "warned", ephemeral: true },
    },
    {
      title: "a broken rule",
      event: {
        policyEvent: {
          resourceUrn: urn,
          message: "<{%fg 1%}>bad<{%reset%}>",
          color: "raw",
          policyName: "no-bad",
          policyPackName: "pack",
          policyPackVersion: "1",
          policyPackVersionTag: "1",
          enforcementLevel: "mandatory",
        },
      },
      want: {
        kind: "policy",
        pack: "pack",
        policy: "no-bad",
        level: "mandatory",
        message: "bad",
        urn,
      },
    },
    {
      title: "what a pack has judged of a stack",
      event: {
        policyAnalyzeStackSummaryEvent: { policyPackName: "pack", passed: ["a"], failed: ["b"] },
      },
      want: { kind: "policy-summary", pack: "pack", passed: ["a"], failed: ["b"] },
    },
    {
      title: "the end of an update",
      event: {
        summaryEvent: {
          maybeCorrupt: false,
          durationSeconds: 4,
          resourceChanges: { create: 1, same: 2 },
          PolicyPacks: { pack: "1" },
          isPreview: false,
          result: "succeeded",
        },
      },
      want: {
        kind: "summary",
        preview: false,
        seconds: 4,
        changes: { create: 1, same: 2 },
        result: "succeeded",
      },
    },
  ];

describe("the engine's event log", () => {
  for (const { title, event, want } of cases) {
    it(`gives ${title}`, () => assert.deepEqual(parseEvent(JSON.stringify(event)), want));
  }

  const ignored = {
    "an event that is not used": { preludeEvent: { config: { "a:b": "c" } } },
    "an event of a newer engine": { sequence: 1, quantumEvent: { spin: 1 } },
    "a debug message": { diagnosticEvent: { message: "x", severity: "debug" } },
    "an empty message": { diagnosticEvent: { message: "<{%reset%}>\n", severity: "info" } },
    "a step without a resource": { resourcePreEvent: { metadata: { op: "create" } } },
    "a step without anything": { resourcePreEvent: null },
  };
  for (const [title, event] of Object.entries(ignored)) {
    it(`leaves out ${title}`, () => assert.equal(parseEvent(JSON.stringify(event)), undefined));
  }

  it("never fails, whatever a line holds", () => {
    const keys = fc.constantFrom(
      "resourcePreEvent",
      "diagnosticEvent",
      "policyEvent",
      "summaryEvent",
      "other",
    );
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(keys, fc.jsonValue()).map((e) => JSON.stringify(e)),
    );
    fc.assert(
      fc.property(line, (text) => {
        parseEvent(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a URN", () => {
  it("gives the logical name, which may hold colons", () => {
    assert.equal(nameOf(urn), "a::b");
    assert.equal(nameOf("urn:pulumi:local::trial::t::name"), "name");
  });
});

describe("plain text", () => {
  it("keeps percent signs and angle brackets that are no colours", () => {
    assert.equal(plain("<{%reset%}>100% <of> {it}"), "100% <of> {it}");
  });
});
