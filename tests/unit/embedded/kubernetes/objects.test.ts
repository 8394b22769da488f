import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  conditionOf,
  isKubernetesObject,
  type KubernetesObject,
  read,
  readList,
  readNumber,
  readString,
  readStrings,
  referenceTo,
} from "../../../../embedded/kubernetes/objects.ts";

const pod: KubernetesObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", namespace: "b", labels: { app: "triton" } },
  spec: { containers: [{ name: "main", ports: [{ containerPort: 8000 }] }] },
  status: {
    conditions: [
      {
        type: "Ready",
        status: "False",
        reason: "ContainersNotReady",
        message: "main is not ready",
      },
      { type: "Odd" },
    ],
  },
};

describe("readers of Kubernetes objects", () => {
  it("find values by keys and places", () => {
    assert.equal(readString(pod, "spec", "containers", 0, "name"), "main");
    assert.equal(readNumber(pod, "spec", "containers", 0, "ports", 0, "containerPort"), 8000);
    assert.deepEqual(readStrings(pod, "metadata", "labels"), { app: "triton" });
    assert.equal(readList(pod, "spec", "containers").length, 1);
  });

  it("give nothing where the path ends or the type is another", () => {
    assert.equal(read(pod, "spec", "containers", 1, "name"), undefined);
    assert.equal(read(pod, "spec", "containers", "0"), undefined);
    assert.equal(read(pod, "spec", 0), undefined);
    assert.equal(readString(pod, "spec", "containers"), undefined);
    assert.equal(readNumber(pod, "kind"), undefined);
    assert.deepEqual(readList(pod, "spec"), []);
    assert.deepEqual(readStrings(pod, "spec"), {});
  });

  it("never fail, whatever they are given", () => {
    const path = fc.array(fc.oneof(fc.string(), fc.nat()));
    fc.assert(
      fc.property(fc.jsonValue(), path, (value, keys) => {
        read(value, ...keys);
        assert.ok(Array.isArray(readList(value, ...keys)));
      }),
    );
  });

  it("give a condition with what it leaves out", () => {
    const message = "main is not ready";
    assert.deepEqual(conditionOf(pod, "Ready"), {
      status: "False",
      reason: "ContainersNotReady",
      message,
    });
    assert.deepEqual(conditionOf(pod, "Odd"), { status: "Unknown", reason: "", message: "" });
    assert.equal(conditionOf(pod, "PodScheduled"), undefined);
  });

  it("give the reference to an object", () => {
    assert.deepEqual(referenceTo(pod), {
      apiVersion: "v1",
      kind: "Pod",
      namespace: "b",
      name: "a",
    });
  });

  it("tell an object from other answers", () => {
    assert.equal(isKubernetesObject(pod), true);
    for (const other of [
      null,
      [],
      "text",
      { kind: "Pod" },
      { ...pod, metadata: {} },
      { ...pod, metadata: [] },
    ]) {
      assert.equal(isKubernetesObject(other), false);
    }
  });
});
