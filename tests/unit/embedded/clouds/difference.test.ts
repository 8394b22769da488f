import assert from "node:assert/strict";
import fc from "fast-check";
import { changesBetween, pathText } from "../../../../embedded/clouds/difference.ts";
import { type Inputs, unknown } from "../../../../embedded/clouds/property-value.ts";
import { plainInputs } from "../../../support/property-trees.ts";

function told(olds: Inputs, news: Inputs): readonly string[] {
  return changesBetween(olds, news).map(({ kind, path }) => `${kind} ${pathText(path)}`);
}

describe("difference of properties", () => {
  it("is nothing between equal ones", () => {
    fc.assert(
      fc.property(plainInputs, (map) =>
        assert.deepEqual(changesBetween(map, structuredClone(map)), []),
      ),
    );
  });

  it("is the same paths in both directions, with additions and deletions exchanged", () => {
    const inverse = { add: "delete", delete: "add", update: "update" } as const;
    fc.assert(
      fc.property(plainInputs, plainInputs, (olds, news) => {
        const there = changesBetween(olds, news).map(
          ({ kind, path }) => `${inverse[kind]} ${pathText(path)}`,
        );
        assert.deepEqual([...there].sort(), [...told(news, olds)].sort());
      }),
    );
  });

  it("names each property, in objects and lists", () => {
    const olds = { a: 1, list: [{ x: 1 }, 2], map: { gone: true } };
    const news = { a: 2, list: [{ x: 1, y: 2 }], map: {}, "new.key": null };
    assert.deepEqual(told(olds, news), [
      "update a",
      "add list[0].y",
      "delete list[1]",
      "delete map.gone",
      'add ["new.key"]',
    ]);
  });

  it("holds every unknown value for another", () => {
    assert.deepEqual(told({ a: unknown, b: 1 }, { a: unknown, b: unknown }), [
      "update a",
      "update b",
    ]);
  });

  it("leaves out what means the same", () => {
    const rules = { equal: (path: readonly unknown[]) => path[0] === "a" };
    const [only] = changesBetween({ a: 1, b: 1 }, { a: 2, b: 2 }, rules);
    assert.deepEqual(only, { path: ["b"], kind: "update", replaces: false });
  });

  it("takes inherited names for ordinary ones", () => {
    assert.deepEqual(told({}, { constructor: "x" }), ["add constructor"]);
  });
});

describe("path of a property", () => {
  for (const [path, text] of [
    [["spec", "containers", 0, "image"], "spec.containers[0].image"],
    [["metadata", "annotations", "a.b/c"], 'metadata.annotations["a.b/c"]'],
    [["a-b"], '["a-b"]'],
    [["data", 'say "hi"'], 'data["say \\"hi\\""]'],
  ] as const) {
    it(`is written as the engine reads it: ${text}`, () => assert.equal(pathText(path), text));
  }
});
