import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrapper } from "../../../../embedded/images/node-tools.ts";

describe("the wrapper of a tool", () => {
  const root = mkdtempSync(join(tmpdir(), "wrapper-"));
  after(() => rmSync(root, { recursive: true, force: true }));

  it("hands on words as they are, its own and those it is called with", () => {
    const path = join(root, "tool");
    const odd = ["it's", 'a "word"', "$HOME", "two words", ""];
    writeFileSync(path, wrapper(["printf", "<%s>", ...odd]), { mode: 0o755 });
    const printed = execFileSync(path, ["*", "`x`"], { encoding: "utf8" });
    assert.equal(printed, [...odd, "*", "`x`"].map((word) => `<${word}>`).join(""));
  });
});
