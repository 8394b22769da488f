import assert from "node:assert/strict";
import { answer } from "../../../../platform/contracts/capability.ts";

describe("a capability", () => {
  it("that is native needs no word", () => {
    assert.deepEqual(answer({ support: "native", via: "Karpenter" }), {});
  });

  it("that is substituted is noted with what differs", () => {
    const capability = {
      support: "substitute",
      via: "virtual nodes",
      differs: "CPU only",
    } as const;
    assert.deepEqual(answer(capability), { note: "CPU only" });
  });

  it("that is missing is refused with the reason", () => {
    assert.deepEqual(answer({ support: "none", reason: "no metrics" }), { refusal: "no metrics" });
  });
});
