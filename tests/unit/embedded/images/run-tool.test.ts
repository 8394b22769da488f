import assert from "node:assert/strict";
import { runTool } from "../../../../embedded/images/run-tool.ts";

describe("a tool that makes images", () => {
  it("gives what it printed, and speaks English", async () => {
    const printed = await runTool("sh", ["-c", 'printf %s "$LC_ALL $GIVEN"'], { GIVEN: "this" });
    assert.equal(printed, "C this");
  });

  it("does not see what was taken away", async () => {
    process.env["TAKEN"] = "seen";
    try {
      const script = 'printf %s "$' + '{TAKEN-nothing}"';
      assert.equal(await runTool("sh", ["-c", script], { TAKEN: undefined }), "nothing");
    } finally {
      delete process.env["TAKEN"];
    }
  });

  it("fails with the last lines that it said", async () => {
    const script = "for line in $(seq 20); do echo line $line >&2; done; exit 3";
    await assert.rejects(runTool("sh", ["-c", script]), (error: Error) => {
      assert.equal(error.name, "Failure");
      const lines = error.message.split("\n");
      assert.equal(lines[0], "sh failed; its last lines:");
      assert.deepEqual([lines[1], lines.at(-1), lines.length], ["  line 6", "  line 20", 16]);
      return true;
    });
  });

  it("is named when the machine does not have it", async () => {
    await assert.rejects(runTool("no-such-tool", []), {
      name: "Failure",
      message:
        "no-such-tool is not on this machine; images are made of Debian packages, on Debian or Ubuntu",
    });
  });
});
