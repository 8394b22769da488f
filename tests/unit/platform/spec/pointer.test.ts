import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpecError } from "../../../../platform/issue.ts";
import { specFileOf, stackNames } from "../../../../platform/spec/pointer.ts";

describe("the spec of a Pulumi stack", () => {
  const root = mkdtempSync(join(tmpdir(), "pointer-"));
  before(() => {
    mkdirSync(join(root, "stacks"));
    const write = (file: string, text: string) => writeFileSync(join(root, "stacks", file), text);
    write("Pulumi.local.yaml", "config:\n  inference-platform:spec: local.yaml\n");
    write("Pulumi.prod-aws.yaml", 'config:\n  "inference-platform:spec": "prod.yaml"\n');
    write("Pulumi.empty.yaml", "encryptionsalt: v1:x\n");
    write("local.yaml", "");
  });
  after(() => rmSync(root, { recursive: true }));

  const refused = (stack: string, message: string) =>
    assert.throws(
      () => specFileOf(root, stack),
      (error) => {
        assert.ok(error instanceof SpecError);
        assert.equal(error.message, `1 problem, nothing was changed:\n${message}`);
        return true;
      },
    );

  it("is the file that its settings name", () => {
    assert.equal(specFileOf(root, "local"), "local.yaml");
    assert.equal(specFileOf(root, "prod-aws"), "prod.yaml");
    assert.deepEqual(stackNames(root), ["empty", "local", "prod-aws"]);
  });

  it("of a stack that is misspelt is that of the nearest", () => {
    refused(
      "locla",
      'stacks/Pulumi.locla.yaml:1:1 there is no such file; the stacks are "empty", "local" or "prod-aws"; fix: name "local" [file-not-found]',
    );
  });

  it("of a stack that nobody knows is to be written", () => {
    refused(
      "something-else",
      'stacks/Pulumi.something-else.yaml:1:1 there is no such file; the stacks are "empty", "local" or "prod-aws"; fix: name one of these, or write the file [file-not-found]',
    );
  });

  it("must be named", () => {
    refused(
      "empty",
      'stacks/Pulumi.empty.yaml:1:1 config.inference-platform:spec: is missing; it is the name of a file in stacks/; fix: add "inference-platform:spec: empty.yaml" below config [file-not-found]',
    );
  });
});
