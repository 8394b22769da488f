import assert from "node:assert/strict";
import { deployment } from "../../policies/cases.ts";
import { judge } from "../../policies/judge.ts";
import { classify } from "../../policies/report.ts";
import { wlImageDigest } from "../../policies/rules/wl-image-digest.ts";
import { readSettings } from "../../policies/settings.ts";
import {
  covers,
  hasExpired,
  isDay,
  isSpecific,
  utcToday,
  type Waiver,
} from "../../policies/waivers.ts";

const waiver: Waiver = {
  rule: "wl-image-digest",
  resource: "vision/resnet50",
  until: "2026-12-31",
  owner: "vision",
  why: "the registry has no digests yet",
};
const loose = deployment({ container: { image: "resnet50:latest" } });

/** Outcome and message of the digest rule on a Deployment with a tag, under these waivers. */
function judged(waivers: readonly Waiver[], today: string, resource = loose) {
  return judge(wlImageDigest, resource, readSettings({ waivers }), today).map(
    ({ outcome, message }) => [outcome, message],
  );
}

describe("a waiver", () => {
  it("turns a violation into a line that names it, until the end of its last day", () => {
    const line =
      "waived until 2026-12-31 (vision: the registry has no digests yet): Deployment vision/resnet50: container main has an image without a digest";
    assert.deepEqual(judged([waiver], "2026-11-20"), [["waived", line]]);
    assert.deepEqual(judged([waiver], "2026-12-31"), [["waived", line]]);
  });

  it("gives the violation back once it has expired, and says on which day", () => {
    assert.deepEqual(judged([waiver], "2027-01-01"), [
      [
        "violation",
        "Deployment vision/resnet50: container main has an image without a digest\nfix: write the image as registry/name:tag@sha256:<digest>\nits waiver expired on 2026-12-31 (vision: the registry has no digests yet)",
      ],
    ]);
  });

  it("gives way to one that still holds", () => {
    const later = { ...waiver, until: "2027-06-30", why: "still none" };
    const [[outcome, message] = []] = judged([waiver, later], "2027-01-01");
    assert.equal(outcome, "waived");
    assert.match(String(message), /^waived until 2027-06-30 \(vision: still none\)/);
  });

  it("changes nothing for another resource", () => {
    const other = deployment({ metadata: { name: "whisper" }, container: { image: "a:1" } });
    const [[outcome] = []] = judged([waiver], "2026-11-20", { ...other, name: "whisper" });
    assert.equal(outcome, "violation");
  });

  it("does not settle what could not be judged", () => {
    const report = judge(
      wlImageDigest,
      { ...loose, props: new Proxy({}, { get: unknown }) },
      readSettings({ waivers: [{ ...waiver, resource: "resnet50" }] }),
      "2026-11-20",
    );
    assert.deepEqual(
      report.map(({ outcome, message }) => [outcome, classify(message)]),
      [["unjudged", "unjudged"]],
    );
  });

  const names: readonly (readonly [pattern: string, isCovered: boolean])[] = [
    ["vision/resnet50", true],
    ["resnet50-main", true], // the name in the program
    ["vision/*", true],
    ["*/resnet50", true],
    ["vision/res*50", true],
    ["vision", false],
    ["resnet50", false],
    ["vis*", false], // a star does not cross the slash
    ["*net50-main", true],
    ["vision/resnet", false],
    ["vision.resnet50", false],
  ];
  for (const [resource, isCovered] of names)
    it(`for "${resource}" ${isCovered ? "covers" : "does not cover"} vision/resnet50, resnet50-main in the program`, () => {
      assert.equal(covers({ ...waiver, resource }, { ...loose, name: "resnet50-main" }), isCovered);
    });

  it("must name something", () => {
    for (const [pattern, specific] of [
      ["vision/*", true],
      ["a", true],
      ["*", false],
      ["*/*", false],
      ["", false],
    ] as const)
      assert.equal(isSpecific(pattern), specific, pattern);
  });

  it("is measured by the day in UTC", () => {
    assert.match(utcToday(), /^20\d\d-\d\d-\d\d$/);
    assert.ok(isDay(utcToday()));
  });

  it("ends on a day of the calendar", () => {
    for (const [text, day] of [
      ["2028-02-29", true],
      ["2026-02-30", false],
      ["2026-2-3", false],
      ["soon", false],
    ] as const)
      assert.equal(isDay(text), day, text);
    assert.equal(hasExpired(waiver, "2026-12-31"), false);
    assert.equal(hasExpired(waiver, "2027-01-01"), true);
  });
});

function unknown(): never {
  throw Object.assign(new Error("unknown"), { unknownTypeSentinel: "", props: ["spec"] });
}
