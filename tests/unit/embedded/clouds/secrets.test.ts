import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isList,
  isMap,
  isSecret,
  type Output,
  type Outputs,
  secret,
} from "../../../../embedded/clouds/property-value.ts";
import { redactorOf, remark, reveal } from "../../../../embedded/clouds/secrets.ts";
import { anyOutputs } from "../../../support/property-trees.ts";

/** Texts that are in clear somewhere in a value. */
function clearTexts(value: Output): readonly string[] {
  if (isSecret(value)) return [];
  if (isList(value)) return value.flatMap(clearTexts);
  if (isMap(value)) return Object.values(value).flatMap(clearTexts);
  return typeof value === "string" ? [value] : [];
}

/** A map where only the values named `secret-...` are secret, and each of them is unlike any other text. */
const told: fc.Arbitrary<Outputs> = fc
  .tuple(anyOutputs, fc.dictionary(fc.string(), fc.uuid(), { maxKeys: 3 }))
  .map(([map, secrets]) => ({
    ...map,
    nested: Object.fromEntries(Object.entries(secrets).map(([key, word]) => [key, secret(word)])),
    list: Object.values(secrets).map(secret),
  }));

describe("secrets", () => {
  it("are still secret in outputs that repeat the inputs", () => {
    fc.assert(
      fc.property(told, (inputs) => {
        const inClear = new Set(clearTexts({ ...remark(reveal(inputs), inputs) }));
        for (const word of clearTexts(reveal({ list: inputs["list"] ?? null }))) {
          assert.ok(!inClear.has(word), word);
        }
      }),
    );
  });

  it("reach a provider in clear, wherever they stand", () => {
    assert.deepEqual(reveal({ a: secret({ b: [secret(1)] }) }), { a: { b: [1] } });
  });

  it("make the whole list secret that they are in, because its order may change", () => {
    const inputs = { list: [{ name: "a", value: secret("x") }], map: { b: secret("y"), c: "z" } };
    assert.deepEqual(remark(reveal(inputs), inputs), {
      list: secret([{ name: "a", value: "x" }]),
      map: { b: secret("y"), c: "z" },
    });
  });

  it("stay secret when their value changed", () => {
    assert.deepEqual(remark({ a: { new: 1 } }, { a: secret("old") }), { a: secret({ new: 1 }) });
  });

  it("may be more than the inputs say", () => {
    assert.deepEqual(remark({ a: secret(1), b: 2 }, { a: 1, b: 2 }), { a: secret(1), b: 2 });
  });

  it("never appear in a text, in clear or in base64", () => {
    fc.assert(
      fc.property(told, fc.string(), (inputs, filler) => {
        const secrets = clearTexts(reveal({ list: inputs["list"] ?? null }));
        const words = secrets.flatMap((word) => [word, Buffer.from(word).toString("base64")]);
        const text = words.join(filler);
        const seen = redactorOf(inputs)(text);
        for (const word of words) assert.ok(!seen.includes(word), seen);
      }),
    );
  });

  it("of a few letters are blotted out only where they are quoted", () => {
    const redact = redactorOf({ pin: secret("1"), port: secret(8443) });
    assert.equal(redact('line 1: "1" at 8443'), 'line 1: "[secret]" at [secret]');
  });
});
