import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { policyConfig } from "../../policies/config.ts";
import type { Cap } from "../../policies/define-rule.ts";
import { rules } from "../../policies/rules/index.ts";
import { fits, readSettings, settingsSchema } from "../../policies/settings.ts";

const waiver = {
  rule: "wl-pdb",
  resource: "vision/resnet50",
  until: "2026-12-31",
  owner: "v",
  why: "x",
};

/** Whether the engine would take these properties for a policy with these caps. */
function isTaken(properties: object, caps: readonly Cap[] = []): boolean {
  return new Ajv().validate({ type: "object", ...settingsSchema({ caps }) }, properties);
}

describe("the schema of a policy's properties", () => {
  it("takes what the platform spec comes to", () => {
    const config = policyConfig({ environment: "staging", waivers: [waiver] });
    for (const rule of rules) {
      const { enforcementLevel, ...properties } = config[rule.id] ?? {};
      assert.ok(isTaken(properties, rule.caps), `${rule.id} ${enforcementLevel}`);
    }
  });

  it("refuses what the pack would misread", () => {
    const { why, ...silent } = waiver;
    for (const wrong of [
      { environment: "test" },
      { waivers: [silent] },
      { waivers: [{ ...waiver, owner: "" }] },
      { waivers: [{ ...waiver, reason: why }] },
      { waivers: waiver },
    ])
      assert.equal(isTaken(wrong), false, JSON.stringify(wrong));
  });

  it("knows caps that are numbers and caps that are lists", () => {
    const caps = [
      { name: "replicas", means: "replicas", default: 2 },
      { name: "namespaces", means: "namespaces", default: ["a"] },
    ];
    assert.equal(isTaken({ replicas: 0, namespaces: [] }, caps), true);
    assert.equal(isTaken({ replicas: -1 }, caps), false);
    assert.equal(isTaken({ replicas: "2" }, caps), false);
    assert.equal(isTaken({ namespaces: [1] }, caps), false);
    assert.deepEqual(settingsSchema({ caps }).properties["namespaces"], {
      type: "array",
      items: { type: "string" },
      default: ["a"],
      description: "namespaces",
    });
  });
});

describe("a policy's properties", () => {
  it("are those of prod without a waiver where they say nothing", () => {
    for (const nothing of [undefined, {}, { environment: "test", waivers: "all" }]) {
      const { situation, waivers } = readSettings(nothing);
      assert.deepEqual([situation.environment, waivers], ["prod", []]);
    }
  });

  it("count only waivers that are whole", () => {
    const { until, ...endless } = waiver;
    assert.deepEqual(readSettings({ waivers: [endless, waiver, until] }).waivers, [waiver]);
  });

  it("fit a cap by its form", () => {
    assert.deepEqual(
      [
        fits(2, 0),
        fits(2, -1),
        fits(2, "2"),
        fits(["a"], []),
        fits(["a"], ["b"]),
        fits(["a"], [1]),
      ],
      [true, false, false, true, true, false],
    );
  });
});
