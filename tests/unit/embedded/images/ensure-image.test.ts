import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../../../embedded/images/ensure-image.ts";
import type { Recipe } from "../../../../embedded/images/recipes.ts";
import { buildsRoot } from "../../../../embedded/paths.ts";
import { silent } from "../../../../embedded/progress.ts";

describe("an image of a recipe", () => {
  let root: string;
  let source: string;
  let recipe: Recipe;
  const before = process.env["INFERENCE_PLATFORM_CACHE"];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "image-"));
    process.env["INFERENCE_PLATFORM_CACHE"] = join(root, "cache");
    source = join(root, "program");
    writeFileSync(source, "one", { mode: 0o755 });
    recipe = {
      reference: "localhost/test/app:1.0.0",
      uid: 1000,
      entrypoint: ["/app"],
      files: async () => ({ "/bin/app": source }),
    };
  });
  afterEach(() => {
    if (before === undefined) delete process.env["INFERENCE_PLATFORM_CACHE"];
    else process.env["INFERENCE_PLATFORM_CACHE"] = before;
    rmSync(root, { recursive: true, force: true });
  });

  it("is made once", async () => {
    const image = await buildImage(recipe, silent);
    assert.equal(image.reference, "localhost/test/app:1.0.0");
    assert.match(image.digest, /^sha256:[0-9a-f]{64}$/);
    const { mtimeMs } = statSync(image.archive);
    utimesSync(source, 1, 1);
    assert.deepEqual(await buildImage(recipe, silent), image);
    assert.equal(statSync(image.archive).mtimeMs, mtimeMs);
    assert.equal(readdirSync(buildsRoot()).length, 1);
    assert.match(readdirSync(buildsRoot())[0] ?? "", /^image-app-1\.0\.0-[0-9a-f]{12}$/);
  });

  it("holds its files at their places", async () => {
    const { archive } = await buildImage(recipe, silent);
    const layers = join(root, "layers");
    const script = 'mkdir "$1" && tar -xf "$0" -C "$1" && ls -S "$1"/blobs/sha256/* | head -1';
    const layer = execFileSync("sh", ["-c", script, archive, layers], { encoding: "utf8" }).trim();
    assert.equal(execFileSync("tar", ["-xOf", layer, "./bin/app"], { encoding: "utf8" }), "one");
  });

  for (const [title, change] of [
    ["a file", () => writeFileSync(source, "two")],
    ["a file's place", () => ({ files: async () => ({ "/app": source }) })],
    ["the user", () => ({ uid: 1001 })],
    ["the command", () => ({ entrypoint: ["/app", "-v"] })],
    ["a setting", () => ({ environment: { HOME: "/tmp" } })],
    ["the folder", () => ({ workingDir: "/tmp" })],
  ] as const) {
    it(`is another one when ${title} changes`, async () => {
      const first = await buildImage(recipe, silent);
      const second = await buildImage({ ...recipe, ...change() }, silent);
      assert.notEqual(second.digest, first.digest);
      assert.notEqual(second.archive, first.archive);
    });
  }

  it("has the same content under another name", async () => {
    const first = await buildImage(recipe, silent);
    const second = await buildImage({ ...recipe, reference: "localhost/test/app:2.0.0" }, silent);
    assert.equal(second.digest, first.digest);
    assert.notEqual(second.archive, first.archive);
  });
});
