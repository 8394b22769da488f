import assert from "node:assert/strict";
import fc from "fast-check";
import { amountOf, isSameQuantity } from "../../../../../embedded/clouds/kubernetes/quantity.ts";

describe("quantity", () => {
  for (const [a, b] of [
    ["1", "1000m"],
    ["1", 1],
    ["0.5", "500m"],
    ["1Gi", "1024Mi"],
    ["1e3", "1k"],
    ["1E3", "1000"],
    ["1.5Gi", "1536Mi"],
    ["100n", "0.1u"],
    ["-1", "-1000m"],
  ] as const) {
    it(`of ${a} is one of ${b}`, () => assert.equal(amountOf(a), amountOf(b)));
  }

  for (const [a, b] of [
    ["1G", "1Gi"],
    ["1m", "1M"],
    ["1", "-1"],
  ] as const) {
    it(`of ${a} is not one of ${b}`, () => assert.notEqual(amountOf(a), amountOf(b)));
  }

  for (const text of ["", "x", ".", "1 Gi", "1gi", "1Zi", "1e", "0.0000000001", "1e999999999"]) {
    it(`is not what "${text}" is`, () => assert.equal(amountOf(text), undefined));
  }

  it("is the same amount however many zeros it is written with", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(9), (whole, zeros) => {
        assert.equal(amountOf(`${whole}.${"0".repeat(zeros)}`), amountOf(whole));
        assert.equal(amountOf(whole), BigInt(whole) * 1_000_000_000n);
      }),
    );
  });

  for (const [kind, path, expected] of [
    ["Deployment", ["spec", "containers", 0, "resources", "limits", "cpu"], true],
    ["PersistentVolumeClaim", ["spec", "resources", "requests", "storage"], true],
    ["Pod", ["spec", "volumes", 0, "emptyDir", "sizeLimit"], true],
    ["ResourceQuota", ["spec", "hard", "requests.cpu"], true],
    ["ConfigMap", ["data", "hard"], false],
    ["ConfigMap", ["hard", "cpu"], false],
    ["Deployment", ["spec", "containers", 0, "env", 0, "value"], false],
  ] as const) {
    it(`${expected ? "stands" : "does not stand"} at ${path.join(".")} of a ${kind}`, () => {
      assert.equal(isSameQuantity(kind, path, "1", "1000m"), expected);
    });
  }
});
