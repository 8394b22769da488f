import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { failureText, findGo, isAtLeast } from "../../../../embedded/engine/go.ts";

describe("finding Go", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "go-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A folder with a `go` that tells this version. */
  function folderWith(version: string): string {
    const folder = join(root, version);
    mkdirSync(folder);
    writeFileSync(join(folder, "go"), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    return folder;
  }

  it("takes the first that is new enough", async () => {
    const folders = [folderWith("go1.24.1"), folderWith("go1.26.8"), folderWith("go1.27.0")];
    assert.deepEqual(await findGo("1.26", folders), {
      path: join(root, "go1.26.8", "go"),
      version: "1.26.8",
    });
  });

  it("says what to install when there is none", async () => {
    await assert.rejects(findGo("1.26", [root]), {
      name: "Failure",
      message:
        "there is no Go on this machine; install Go 1.26 or newer (https://go.dev/dl) and put its bin folder on PATH",
    });
  });

  it("says what was found when all are too old or broken", async () => {
    const folders = [folderWith("go1.24.1"), folderWith("nonsense")];
    await assert.rejects(findGo("1.26", folders), {
      name: "Failure",
      message:
        `Go 1.26 is needed, but ${root}/go1.24.1/go is Go 1.24.1, ${root}/nonsense/go is not a working Go; ` +
        "install Go 1.26 or newer (https://go.dev/dl) and put its bin folder on PATH",
    });
  });
});

describe("comparing Go versions", () => {
  const cases = [
    { found: "1.26.8", needed: "1.26", want: true },
    { found: "1.26", needed: "1.26.0", want: true },
    { found: "1.26.8", needed: "1.26.10", want: false },
    { found: "1.9", needed: "1.26", want: false },
    { found: "2.0", needed: "1.26", want: true },
  ];
  for (const { found, needed, want } of cases) {
    it(`${found} is ${want ? "" : "not "}enough for ${needed}`, () => {
      assert.equal(isAtLeast(found, needed), want);
    });
  }

  it("orders any two versions one way or the other, and both ways only when they are equal", () => {
    const version = fc.array(fc.nat(30), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [x, y] = [a.join("."), b.join(".")];
        assert.equal(isAtLeast(x, y) && isAtLeast(y, x), x === y);
        assert.ok(isAtLeast(x, y) || isAtLeast(y, x));
      }),
    );
  });
});

describe("the error of a failed Go run", () => {
  const go = { path: "/go", version: "1.26.8" };

  it("names the download when a module could not be fetched", () => {
    const line =
      'go: example.com/m@v1: Get "https://modules.example/m": dial tcp: lookup modules.example: no such host';
    assert.equal(
      failureText(go, [line]),
      "Go 1.26.8 could not download the modules; let it reach a module proxy (GOPROXY, HTTPS_PROXY) and run this again; " +
        `its last lines:\n  ${line}`,
    );
  });

  it("shows the last lines of any other failure", () => {
    assert.equal(
      failureText(go, ["# pkg", "x.go:1:1: syntax error"]),
      "Go 1.26.8 failed; its last lines:\n  # pkg\n  x.go:1:1: syntax error",
    );
  });
});
