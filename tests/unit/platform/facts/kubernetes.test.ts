import assert from "node:assert/strict";
import { isReservedKey } from "../../../../platform/facts/kubernetes.ts";

describe("keys of labels and taints", () => {
  for (const key of [
    "kubernetes.io/hostname",
    "node.kubernetes.io/unreachable",
    "app.kubernetes.io/name",
    "k8s.io/x",
    "topology.k8s.io/x",
    "nvidia.com/gpu",
    "feature.nvidia.com/x",
    "inference-platform/pool",
  ]) {
    it(`are not a user's: ${key}`, () => assert.ok(isReservedKey(key)));
  }

  for (const key of [
    "tier",
    "example.com/tier",
    "mykubernetes.io/x",
    "kubernetes.io",
    "x/kubernetes.io",
    "inference-platforms/x",
  ]) {
    it(`are a user's: ${key}`, () => assert.ok(!isReservedKey(key)));
  }
});
