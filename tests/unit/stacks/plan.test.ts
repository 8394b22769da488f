import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpecError } from "../../../platform/issue.ts";
import { planStack } from "../../../stacks/plan.ts";

const spec = (waiver: string): string => `version: 1
kind: platform
name: small
cloud: local
environment: dev
owner: ml-platform
costCenter: "4711"
kubernetes: { version: "1.36" }
pools: { cpu: { machine: { cpu: 4, memory: 16GiB }, nodes: 2 } }
teams: { flowers: { pools: [cpu], gpus: 0, modelPrefix: flowers/ } }
policy:
  waivers:
    - ${waiver}
`;

describe("Plan of a stack", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stacks-plan-"));
    mkdirSync(join(root, "stacks"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function problems(waiver: string): readonly string[] {
    writeFileSync(join(root, "stacks", "small.yaml"), spec(waiver));
    try {
      planStack(root, "small.yaml");
      return [];
    } catch (error) {
      assert.ok(error instanceof SpecError);
      return error.issues.map(({ code, at, path }) => `${at.line}:${at.column} ${path} ${code}`);
    }
  }

  it("takes a waiver of a rule that exists", () => {
    assert.deepEqual(
      problems(
        "{ rule: wl-probes, resource: flowers/iris, until: 2027-01-31, owner: ml, why: soon }",
      ),
      [],
    );
  });

  it("refuses waivers of unknown rules and of everything at once, in their lines", () => {
    assert.deepEqual(
      problems("{ rule: wl-prob, resource: '*', until: 2027-01-31, owner: ml, why: soon }"),
      ["13:15 policy.waivers.0.rule unknown-rule", "13:34 policy.waivers.0.resource bad-format"],
    );
  });
});
