import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readClusterRecord, writeClusterRecord } from "../../../embedded/cluster-record.ts";
import { stackPaths } from "../../../embedded/paths.ts";
import { useTemporaryState } from "../../support/test-cluster.ts";

describe("the record of a stack's cluster", () => {
  let removeState: () => void;

  beforeEach(() => {
    removeState = useTemporaryState();
  });
  afterEach(() => removeState());

  it("is read as it was written, and leaves nothing else behind", () => {
    assert.equal(readClusterRecord("mine"), undefined);
    for (const record of [{ provider: "official", uid: "1" }, { provider: "embedded" }] as const) {
      writeClusterRecord("mine", record);
      assert.deepEqual(readClusterRecord("mine"), record);
    }
    assert.deepEqual(readdirSync(dirname(stackPaths("mine").clusterRecord)), ["cluster.json"]);
    assert.equal(readClusterRecord("other"), undefined);
  });

  it("counts for nothing when it is damaged", () => {
    writeClusterRecord("mine", { provider: "embedded" });
    for (const text of ["", "{", '{ "provider": "another" }']) {
      writeFileSync(stackPaths("mine").clusterRecord, text);
      assert.equal(readClusterRecord("mine"), undefined);
    }
  });
});
