import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  type EmbeddedPlugin,
  launcherPath,
  launcherText,
  prepareHome,
  shellQuote,
} from "../../../../embedded/engine/home.ts";
import { checkoutRoot, pulumiHome } from "../../../../embedded/paths.ts";

describe("shell quoting", () => {
  it("leaves every text as it is for the shell", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab'\"\\ $`!*\n;") });
    const texts = fc.sample(text, 50);
    const printed = execFileSync("/bin/sh", [
      "-c",
      texts.map((t) => `printf '%s\\0' ${shellQuote(t)}`).join("\n"),
    ]);
    assert.deepEqual(printed.toString().split("\0").slice(0, -1), texts);
  });
});

describe("the project's Pulumi home", () => {
  const plugin: EmbeddedPlugin = {
    kind: "resource",
    name: "thing",
    version: "1.0.0",
    main: "a/main.ts",
  };
  let root: string;
  const before = process.env["INFERENCE_PLATFORM_STATE"];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "home-"));
    process.env["INFERENCE_PLATFORM_STATE"] = root;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
    else process.env["INFERENCE_PLATFORM_STATE"] = before;
    rmSync(root, { recursive: true, force: true });
  });

  it("has a launcher where the engine looks for an installed plugin", () => {
    prepareHome([plugin]);
    const path = join(pulumiHome(), "plugins/resource-thing-v1.0.0/pulumi-resource-thing");
    assert.equal(launcherPath(plugin), path);
    assert.equal(
      readFileSync(path, "utf8"),
      launcherText(process.execPath, join(checkoutRoot, "a/main.ts")),
    );
    assert.equal(statSync(path).mode & 0o777, 0o755);
  });

  it("rewrites a launcher only when it differs", () => {
    prepareHome([plugin]);
    const { ino } = statSync(launcherPath(plugin));
    prepareHome([plugin]);
    assert.equal(statSync(launcherPath(plugin)).ino, ino);
    writeFileSync(launcherPath(plugin), "of another checkout");
    prepareHome([plugin]);
    assert.match(readFileSync(launcherPath(plugin), "utf8"), /a\/main\.ts/);
  });

  it("starts the program with this Node, in place of the shell", () => {
    assert.equal(
      launcherText("/a b/node", "/c's/main.ts"),
      "#!/bin/sh\nexec '/a b/node' '/c'\\''s/main.ts' \"$@\"\n",
    );
  });
});
