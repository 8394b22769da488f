import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cpuQuantity,
  durationPattern,
  mebibytes,
  memoryPattern,
  memoryQuantity,
  milliCpus,
  seconds,
  showMebibytes,
} from "../../../platform/units.ts";

describe("units", () => {
  for (const [text, want] of [
    ["1MiB", 1],
    ["512MiB", 512],
    ["16GiB", 16_384],
    ["2TiB", 2_097_152],
    ["999999TiB", 1_048_574_951_424],
  ] as const) {
    it(`reads ${text} as ${want} mebibytes`, () => assert.equal(mebibytes(text), want));
  }

  for (const [text, want] of [
    ["1s", 1],
    ["90s", 90],
    ["5m", 300],
    ["2h", 7200],
  ] as const) {
    it(`reads ${text} as ${want} seconds`, () => assert.equal(seconds(text), want));
  }

  for (const text of [
    "16Gi",
    "16GB",
    "16 GiB",
    "16",
    "GiB",
    "1.5GiB",
    "-1GiB",
    "0GiB",
    "016GiB",
    "16gib",
    "16GiB\n",
  ]) {
    it(`knows no size ${JSON.stringify(text)}`, () => assert.ok(!memoryPattern.test(text)));
  }

  for (const text of ["30", "30 s", "30sec", "1d", "0s", "1.5h", "-1s", "100000s"]) {
    it(`knows no duration ${JSON.stringify(text)}`, () => assert.ok(!durationPattern.test(text)));
  }

  it("refuses a quantity without a unit it knows", () => {
    assert.throws(() => mebibytes("16Gi"), new RangeError("not a quantity: 16Gi"));
    assert.throws(() => seconds("5constructor"), new RangeError("not a quantity: 5constructor"));
  });

  for (const [amount, quantity, shown] of [
    [0, "0Mi", "0MiB"],
    [1, "1Mi", "1MiB"],
    [1023, "1023Mi", "1023MiB"],
    [1024, "1Gi", "1GiB"],
    [1536, "1536Mi", "1536MiB"],
    [16 * 1024, "16Gi", "16GiB"],
    [1024 * 1024, "1Ti", "1TiB"],
    [1536 * 1024, "1536Gi", "1536GiB"],
    [1024 ** 3, "1Pi", "1PiB"],
  ] as const) {
    it(`writes ${amount} mebibytes as ${quantity}`, () => {
      assert.equal(memoryQuantity(amount), quantity);
      assert.equal(showMebibytes(amount), shown);
    });
  }

  for (const [cpus, quantity] of [
    [1, "1"],
    [0.5, "500m"],
    [1.5, "1500m"],
    [0.29, "290m"],
    [1.001, "1001m"],
    [1.0001, "1"],
    [192, "192"],
    [0, "0"],
  ] as const) {
    it(`writes ${cpus} CPUs as ${quantity}`, () => assert.equal(cpuQuantity(cpus), quantity));
  }

  it("writes any amount so that Kubernetes writes back the same", () => {
    const factor = { Mi: 1, Gi: 1024, Ti: 1024 ** 2, Pi: 1024 ** 3 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (amount) => {
        const [, digits = "", unit = ""] =
          /^(\d+)(Mi|Gi|Ti|Pi)$/.exec(memoryQuantity(amount)) ?? [];
        const scale = unit in factor ? factor[unit as keyof typeof factor] : 0;
        assert.equal(Number(digits) * scale, amount);
        assert.ok(unit === "Pi" || Number(digits) % 1024 !== 0, "the largest unit that fits");
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_024_000 }), (milli) => {
        const quantity = cpuQuantity(milli / 1000);
        const read = quantity.endsWith("m")
          ? Number.parseInt(quantity, 10)
          : Number(quantity) * 1000;
        assert.equal(read, milli);
        assert.equal(milliCpus(milli / 1000), milli);
      }),
    );
  });
});
