import assert from "node:assert/strict";
import { chooseNode, nodeWish } from "../../../cli/node-choice.ts";

describe("the choice of a node", () => {
  const reasons = ["root is missing: run it as root", "overlayfs is missing: no such device"];

  it("is the real one where nothing is in its way", () => {
    for (const wish of ["auto", "real"] as const) {
      assert.deepEqual(chooseNode(wish, []), {
        node: "real",
        why: "this machine has what it takes",
      });
    }
  });

  it("falls back to the simulated ones, and names every reason", () => {
    assert.deepEqual(chooseNode("auto", reasons), {
      node: "simulated",
      why: "root is missing: run it as root; overlayfs is missing: no such device",
    });
  });

  it("refuses when the real one is asked for, and names every reason", () => {
    assert.throws(() => chooseNode("real", reasons), {
      message: [
        "--node=real: this machine cannot have a real node:",
        "  - root is missing: run it as root",
        "  - overlayfs is missing: no such device",
        "With --node=simulated nothing of this is needed.",
      ].join("\n"),
    });
  });

  it("is the simulated ones when they are asked for", () => {
    assert.deepEqual(chooseNode("simulated", []), { node: "simulated", why: "asked for" });
  });

  it("takes no other words", () => {
    assert.throws(() => nodeWish("fake"), {
      message: '--node: got "fake"; allowed are auto, real, simulated',
    });
  });
});
