import assert from "node:assert/strict";
import fc from "fast-check";
import { listOf, namePattern, nearest } from "../../../platform/names.ts";

describe("names", () => {
  for (const name of ["a", "a1", "a-b", "constructor", "a".repeat(40)]) {
    it(`may be ${name}`, () => assert.ok(namePattern.test(name)));
  }

  for (const name of ["", "A", "1a", "-a", "a-", "a_b", "a.b", "ä", "a".repeat(41), "a\n"]) {
    it(`may not be ${JSON.stringify(name)}`, () => assert.ok(!namePattern.test(name)));
  }
});

describe("the nearest name", () => {
  const keys = ["machine", "gpu", "nodes", "labels", "taints"];
  for (const [name, want] of [
    ["nodes", "nodes"],
    ["ndoes", "nodes"],
    ["node", "nodes"],
    ["NODES", "nodes"],
    ["lables", "labels"],
    ["machines", "machine"],
    ["gpus", "gpu"],
    ["cpu", "gpu"],
    ["xpx", undefined],
    ["memory", undefined],
    ["", undefined],
    ["constructor", undefined],
  ] as const) {
    it(`to ${JSON.stringify(name)} is ${want ?? "none"}`, () =>
      assert.equal(nearest(name, keys), want));
  }

  it("is the first of those that are equally near", () => {
    assert.equal(nearest("sim-cpu-3", ["sim-cpu-2", "sim-cpu-4"]), "sim-cpu-2");
    assert.equal(nearest("sim-cpu-3", ["sim-cpu-4", "sim-cpu-2"]), "sim-cpu-4");
  });

  it("is none where there are no names", () => assert.equal(nearest("a", []), undefined));

  it("may be one letter away from nothing", () => assert.equal(nearest("a", ["", "bc"]), ""));

  it("to any name with one slip is that name", () => {
    const words = ["resnet50", "whisper", "constructor", "text-embedding"];
    const letter = fc.constantFrom(..."abcxyz019-");
    fc.assert(
      fc.property(
        fc.constantFrom(...words),
        fc.nat(),
        letter,
        fc.constantFrom(0, 1),
        (word, at, other, drop) => {
          const place = at % word.length;
          assert.equal(
            nearest(word.slice(0, place) + other + word.slice(place + drop), words),
            word,
          );
        },
      ),
    );
  });

  it("to a text of a megabyte is found at once", () => {
    const started = performance.now();
    assert.equal(nearest("a".repeat(1_000_000), ["a", "nodes"]), undefined);
    assert.ok(performance.now() - started < 500);
  });
});

describe("a list of names", () => {
  for (const [names, want] of [
    [[], "none"],
    [["a"], '"a"'],
    [["a", "b"], '"a" or "b"'],
    [["a", "b", "c"], '"a", "b" or "c"'],
    [[1], "1"],
    [['"'], '"\\""'],
  ] as const) {
    it(`of ${names.length} reads ${want}`, () => assert.equal(listOf(names), want));
  }

  it("of many counts those it does not show", () => {
    const names = Array.from({ length: 23 }, (_, index) => index);
    assert.equal(listOf(names), `${names.slice(0, 20).join(", ")} or 3 more`);
    assert.equal(listOf(names.slice(0, 20)), `${names.slice(0, 19).join(", ")} or 19`);
  });
});
