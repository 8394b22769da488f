import assert from "node:assert/strict";
import fc from "fast-check";
import {
  classify,
  staleWaiverText,
  unjudgedText,
  violationText,
  waivedText,
} from "../../policies/report.ts";

const waiver = {
  rule: "wl-pdb",
  resource: "vision/resnet50",
  until: "2026-12-31",
  owner: "vision",
  why: "one replica on purpose",
};

describe("a policy message", () => {
  it("is known by its text, with the colours of the engine or without", () => {
    const texts = [
      fc.constant(waiver.why),
      fc.string(),
      fc.constantFrom("waived until x", "could not be judged: x", "stale waiver: x"),
    ];
    fc.assert(
      fc.property(fc.oneof(...texts), fc.oneof(...texts), (name, what) => {
        const resource = {
          type: "kubernetes:apps/v1:Deployment",
          name,
          props: { metadata: { name, namespace: "vision" } },
        };
        const expected = [
          ["violation", violationText(resource, what, "mend it")],
          ["violation", violationText(resource, what, "mend it", waiver)],
          ["waived", waivedText(resource, what, waiver)],
          ["unjudged", unjudgedText(resource, what)],
          ["stale-waiver", staleWaiverText({ ...waiver, resource: name })],
        ] as const;
        for (const [outcome, text] of expected) {
          assert.equal(classify(text), outcome);
          assert.equal(classify(`<{%reset%}>${text}<{%reset%}>\n`), outcome);
        }
      }),
    );
  });

  it("that the SDK makes of an unknown value is no violation", () => {
    assert.equal(
      classify(
        "can't run policy 'x' from policy pack 'y@v1' during preview: string value at .a can't be known during preview",
      ),
      "unjudged",
    );
  });

  it("names a resource by its name in the program where the object has none", () => {
    assert.equal(
      violationText({ type: "pulumi:pulumi:Stack", name: "local", props: {} }, "is odd", "mend it"),
      "Stack local: is odd\nfix: mend it",
    );
  });

  it("says of a waiver that nothing needs how to mend it", () => {
    assert.equal(
      staleWaiverText(waiver),
      "stale waiver: wl-pdb for vision/resnet50 until 2026-12-31 (vision) waives nothing\nfix: remove it, or correct its resource",
    );
  });
});
