import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stackPaths } from "../../../embedded/paths.ts";
import { readSite, writeSite } from "../../../embedded/site.ts";
import { emptySite } from "../../../platform/contracts/site.ts";
import { useTemporaryState } from "../../support/test-cluster.ts";

describe("what a stack has on this machine", () => {
  let removeState: () => void;
  beforeEach(() => {
    removeState = useTemporaryState();
  });
  afterEach(() => removeState());

  it("is read as it was written", () => {
    const capacity = { cpu: 1.9, memoryMiB: 1024, ephemeralStorageMiB: 10, pods: 100 };
    const site = {
      images: { "localhost/a:1": `sha256:${"0".repeat(64)}` as const },
      realNode: { name: "this-machine", capacity },
    };
    writeSite("one", site);
    assert.deepEqual(readSite("one"), site);
    writeSite("one", emptySite);
    assert.deepEqual(readSite("one"), emptySite);
  });

  it("is nothing for a stack that was never brought up", () => {
    assert.deepEqual(readSite("other"), emptySite);
  });

  for (const text of [
    "",
    "{",
    "null",
    '{"images":{"a:1":"latest"}}',
    '{"images":{},"realNode":{}}',
  ])
    it(`is nothing when the file holds ${JSON.stringify(text)}`, () => {
      const { site } = stackPaths("one");
      mkdirSync(dirname(site), { recursive: true });
      writeFileSync(site, text);
      assert.deepEqual(readSite("one"), emptySite);
    });
});
