import assert from "node:assert/strict";
import { z } from "zod";
import { forms } from "../../../../platform/spec/forms.ts";
import {
  choicesOf,
  formOf,
  keyFormOf,
  keysOf,
  schemaAt,
} from "../../../../platform/spec/schema-parts.ts";

const size = z.string().register(forms, { form: "a size such as 1GiB" });
const block = z.strictObject({
  size: size.optional(),
  list: z.array(z.int().min(0).max(3)),
  map: z.record(size, z.strictObject({ a: z.literal(1) })).optional(),
  either: z.union([z.number().min(0.5).max(2), z.strictObject({ min: z.number() })]),
  choice: z.enum(["x", "y"]),
});

describe("what a schema wants", () => {
  for (const [path, form] of [
    [["size"], "a size such as 1GiB"],
    [["list"], "a list, each of it a whole number from 0 to 3"],
    [["list", 0], "a whole number from 0 to 3"],
    [["map"], "a block of named entries"],
    [["map", "any"], "a block with a"],
    [["map", "any", "a"], "1"],
    [["either"], "a number from 0.5 to 2, or a block with min"],
    [["choice"], '"x" or "y"'],
    [[], "a block with size, list, map, either, choice"],
  ] as const) {
    it(`is said in words: ${path.join(".") || "all of it"}`, () => {
      assert.equal(formOf(schemaAt(block, path)), form);
    });
  }

  it("is said of a key as well", () => {
    assert.equal(keyFormOf(schemaAt(block, ["map"])), "a size such as 1GiB");
    assert.equal(keyFormOf(block), "a value of another kind");
  });

  it("is vague where nobody has said more", () => {
    assert.equal(formOf(z.boolean()), "a value of another kind");
    assert.equal(formOf(undefined), "a value of another kind");
  });

  it("is nothing where a path leads nowhere", () => {
    assert.equal(schemaAt(block, ["size", "a"]), undefined);
    assert.equal(schemaAt(block, ["nothing", "a"]), undefined);
  });

  it("has keys where it is a block, in any of its forms", () => {
    assert.deepEqual(keysOf(schemaAt(block, ["either"])), ["min"]);
    assert.deepEqual(keysOf(schemaAt(block, ["map"])), []);
    assert.deepEqual(keysOf(schemaAt(block, ["map", "any"])), ["a"]);
  });

  it("has choices where it is a choice", () => {
    assert.deepEqual(choicesOf(block.shape.choice), ["x", "y"]);
    assert.deepEqual(choicesOf(size), []);
  });
});
