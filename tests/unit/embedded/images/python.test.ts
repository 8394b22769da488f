import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonVersion } from "../../../../embedded/images/python.ts";

describe("the version of Debian's Python", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "python-"));
    mkdirSync(join(folder, "usr/bin"), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is what its command leads to", () => {
    symlinkSync("python3.13", join(folder, "usr/bin/python3"));
    assert.equal(pythonVersion(folder), "python3.13");
  });

  it("is refused when it is older than the packages allow", () => {
    symlinkSync("python3.10", join(folder, "usr/bin/python3"));
    assert.throws(() => pythonVersion(folder), {
      name: "Failure",
      message:
        "Python 3.11 or newer is needed, but this release has python3.10; use Debian 12 or Ubuntu 24.04",
    });
  });
});
