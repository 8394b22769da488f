import assert from "node:assert/strict";
import {
  type Image,
  imageReference,
  images,
  isUnresolvedImage,
} from "../../../../platform/facts/images.ts";

const image: Image = {
  repository: "registry.example/server",
  tag: "1.2",
  digest: "unresolved",
  source: "https://example.org/images",
  checked: "2026-11",
};

describe("an image of the platform", () => {
  it("is pulled by tag until its digest is known", () => {
    assert.equal(imageReference(image), "registry.example/server:1.2");
    assert.equal(
      imageReference({ ...image, digest: "sha256:0f" }),
      "registry.example/server:1.2@sha256:0f",
    );
  });

  it("is told from images of others while its digest is unresolved", () => {
    for (const known of Object.values<Image>(images)) {
      assert.equal(isUnresolvedImage(imageReference(known)), known.digest === "unresolved");
    }
    assert.ok(!isUnresolvedImage("registry.example/server:1.2"));
  });

  it("says where and when it was read", () => {
    for (const { source, checked } of Object.values<Image>(images)) {
      assert.match(source, /^https:\/\//);
      assert.match(checked, /^20\d\d-(0[1-9]|1[0-2])$/);
    }
  });
});
