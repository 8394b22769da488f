/** Starts and stops of the embedded control plane whose own process was killed half way. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  controlPlaneStatus,
  stopControlPlane,
} from "../../../embedded/kubernetes/control-plane.ts";
import { stackPaths } from "../../../embedded/paths.ts";
import { all, ensure, eventually, ownState, run, running } from "../../support/control-plane.ts";
import { controlPlanePrograms } from "../../support/test-cluster.ts";

describe("control plane of an embedded stack", function () {
  this.timeout(120_000);
  ownState();

  for (const reached of [0, 1, 2, 3, 5]) {
    it(`continues a start that was killed when ${reached} processes ran`, async () => {
      const command = run(
        `await ensureControlPlane("killed", ${JSON.stringify(await controlPlanePrograms())}, silent);`,
      );
      if (reached === 0) await sleep(100);
      else
        await eventually(
          "the processes",
          () => running("killed") >= reached || undefined,
          90_000,
          2,
        );
      command.kill("SIGKILL");
      const { started } = await ensure("killed");
      assert.equal((await controlPlaneStatus("killed")).state, "running");
      assert.ok(started.length <= all.length - reached);
      await stopControlPlane("killed");
    });
  }

  for (const left of [5, 0]) {
    it(`finishes a stop that was killed when ${left} processes were left`, async () => {
      await ensure("killed");
      const command = run(`await stopControlPlane("killed");`);
      if (left > 0) await sleep(100);
      else await eventually("no process", () => running("killed") === 0 || undefined, 30_000, 1);
      command.kill("SIGKILL");
      await ensure("killed");
      assert.equal((await controlPlaneStatus("killed")).state, "running");
      await stopControlPlane("killed");
      assert.equal(existsSync(stackPaths("killed").folder), false);
    });
  }
});
