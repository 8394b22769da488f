import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fromWire,
  hasUnknown,
  type Json,
  jsonOf,
  type Output,
  secret,
  toWire,
  unknown,
} from "../../../../embedded/clouds/property-value.ts";
import { anyValue } from "../../../support/property-trees.ts";

const signature = "4dabf18193072939515e22adb298388d";

describe("property values", () => {
  it("come back from the wire as they were sent", () => {
    fc.assert(fc.property(anyValue, (value) => assert.deepEqual(fromWire(toWire(value)), value)));
  });

  const forms: readonly { title: string; wire: Json; value: Output }[] = [
    { title: "an unknown text", wire: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", value: unknown },
    {
      title: "a secret",
      wire: { [signature]: "1b47061264138c4ac30d75fd1eb44270", value: { a: 1 } },
      value: secret({ a: 1 }),
    },
  ];
  for (const { title, wire, value } of forms) {
    it(`have the engine's form: ${title}`, () => {
      assert.deepEqual(fromWire(wire), value);
      assert.deepEqual(toWire(value), wire);
    });
  }

  it("read an unknown of any type as unknown", () => {
    for (const wire of [
      "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
      "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
      "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ]) {
      assert.equal(fromWire(wire), unknown);
    }
  });

  for (const [title, wire] of [
    ["an asset", { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "hello", hash: "1" }],
    ["an archive", { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", path: "a.zip" }],
    ["a resource", { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:a", id: "1" }],
  ] as const) {
    it(`pass on ${title} as it came`, () => {
      assert.deepEqual(toWire(fromWire(wire)), wire);
    });
  }

  it("of a kind that nobody knows are refused", () => {
    assert.throws(() => fromWire({ [signature]: "new" }), /unknown kind: "new"/);
  });

  it("are searched for unknowns, also inside secrets and lists", () => {
    assert.equal(hasUnknown({ a: [1, secret({ b: unknown })] }), true);
    assert.equal(hasUnknown({ a: [1, secret({ b: null })] }), false);
  });

  it("leave out what JSON cannot say", () => {
    assert.deepEqual(jsonOf({ a: undefined, b: [1, () => 1], c: null }), { b: [1, null], c: null });
  });
});
