import assert from "node:assert/strict";
import { formatIssue, type Issue, inReadingOrder, SpecError } from "../../../platform/issue.ts";

const issue: Issue = {
  code: "unknown-key",
  at: { file: "stacks/x.yaml", line: 3, column: 5 },
  path: "pools.cpu.nods",
  problem: 'unknown key "nods"',
  allowed: "known keys are nodes",
  fix: 'write "nodes"',
};

describe("an issue", () => {
  it("is one line that begins with a place an editor opens", () => {
    assert.equal(
      formatIssue(issue),
      'stacks/x.yaml:3:5 pools.cpu.nods: unknown key "nods"; known keys are nodes; fix: write "nodes" [unknown-key]',
    );
  });

  it("of a whole file has no path", () => {
    assert.equal(
      formatIssue({ ...issue, path: "" }),
      'stacks/x.yaml:3:5 unknown key "nods"; known keys are nodes; fix: write "nodes" [unknown-key]',
    );
  });
});

describe("issues", () => {
  const at = (file: string, line: number, column: number): Issue => ({
    ...issue,
    at: { file, line, column },
  });

  it("come by file, line and column", () => {
    const sorted = [at("a", 1, 9), at("a", 2, 1), at("a", 2, 3), at("a", 10, 1), at("b", 1, 1)];
    assert.deepEqual(inReadingOrder(sorted.toReversed()), sorted);
    assert.deepEqual(inReadingOrder(sorted), sorted);
  });

  it("come once each", () => {
    assert.deepEqual(inReadingOrder([issue, { ...issue }, at("a", 1, 1)]), [at("a", 1, 1), issue]);
  });

  it("never show a secret, wherever it stands", () => {
    const secret = `ghp_${"a1".repeat(18)}`;
    const quoting = {
      problem: `got "${secret}"`,
      allowed: `${secret} or a`,
      fix: `write ${secret}, ${secret}`,
    };
    assert.deepEqual(inReadingOrder([{ ...issue, ...quoting }]), [
      {
        ...issue,
        problem: 'got "(hidden)"',
        allowed: "(hidden) or a",
        fix: "write (hidden), (hidden)",
      },
    ]);
  });
});

describe("a spec error", () => {
  it("says everything at once", () => {
    const error = new SpecError([issue, issue]);
    assert.equal(error.name, "SpecError");
    assert.deepEqual(error.issues, [issue, issue]);
    assert.equal(
      error.message,
      `2 problems, nothing was changed:\n${formatIssue(issue)}\n${formatIssue(issue)}`,
    );
  });

  it("counts one problem as one", () => {
    assert.equal(
      new SpecError([issue]).message,
      `1 problem, nothing was changed:\n${formatIssue(issue)}`,
    );
  });
});
