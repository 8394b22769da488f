import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { findModel } from "../../../../../embedded/kubernetes/gateway/model-path.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "model-path-")));
const bucket = join(folder, "bucket");

/** Names that exist, links out of the bucket and within it, and all that has ever led out of a web server's folder. */
const pieces = [
  ...["iris", "1", "model.json", "out", "out-file", "up", "loop", "same", "bucket", "secret", ""],
  ...[".", "..", "...", "%2e", "%2e%2e", ".%2E", "%2f", "..%2f", "%2e%2e%2f..", "%5c", "..%5c"],
  ...["\\", "..\\", "%00", "%", "%2", "%c0%ae", "%252e%252e", "iris%2f1", "?", "#", "~", "é"],
];

const urls = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("/", "", "//", "\\", "http://x/"),
      fc.array(fc.constantFrom(...pieces), { maxLength: 6 }),
      fc.constantFrom("", ".tar", "/", "%2etar"),
    )
    .map(([start, path, end]) => `${start}${path.join("/")}${end}`),
  fc.string({ unit: "binary" }).map((text) => `/${text}`),
);

describe("path in the model bucket", () => {
  before(() => {
    mkdirSync(join(bucket, "iris", "1"), { recursive: true });
    writeFileSync(join(bucket, "iris", "1", "model.json"), "{}");
    writeFileSync(join(folder, "secret"), "secret");
    mkdirSync(join(folder, "bucket-of-others")); // Its name starts as the bucket's.
    writeFileSync(join(folder, "bucket-of-others", "secret"), "secret");
    symlinkSync("../bucket-of-others", join(bucket, "out"));
    symlinkSync(join(folder, "secret"), join(bucket, "out-file"));
    symlinkSync("..", join(bucket, "up"));
    symlinkSync("loop", join(bucket, "loop"));
    symlinkSync("iris", join(bucket, "same"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("leads to what is in the bucket, also by a link within it", async () => {
    const file = { kind: "file", path: join(bucket, "iris", "1", "model.json") };
    assert.deepEqual(await findModel(bucket, "/iris/1/model.json"), file);
    assert.deepEqual(await findModel(bucket, "/same/1/model.json"), file);
    const model = { kind: "folder", path: join(bucket, "iris", "1") };
    assert.deepEqual(await findModel(bucket, "/iris/1.tar"), model);
    assert.deepEqual(await findModel(bucket, "/same/1.tar"), model);
    assert.equal(await findModel(bucket, "/iris/1"), undefined);
  });

  it("leads there from a bucket that is itself a link", async () => {
    const link = join(folder, "link-to-bucket");
    symlinkSync(bucket, link);
    const model = { kind: "folder", path: join(bucket, "iris") };
    assert.deepEqual(await findModel(link, "/iris.tar"), model);
  });

  it("leads nowhere from a bucket that is not there", async () => {
    assert.equal(await findModel(join(folder, "missing"), "/iris.tar"), undefined);
  });

  it("never leads out of the bucket, whatever it says", async () => {
    await fc.assert(
      fc.asyncProperty(urls, async (url) => {
        const found = await findModel(bucket, url);
        assert.ok(found === undefined || found.path.startsWith(`${bucket}/iris`), found?.path);
      }),
      { numRuns: 2_000 },
    );
  });
});
