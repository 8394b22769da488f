/** The embedded control plane after damage: killed processes, a reboot, a taken port, lost files. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Failure } from "../../../embedded/failure.ts";
import { removeUnusableCertificate } from "../../../embedded/kubernetes/certificate.ts";
import {
  controlPlaneStatus,
  ensureControlPlane,
  stopControlPlane,
} from "../../../embedded/kubernetes/control-plane.ts";
import { stackPaths } from "../../../embedded/paths.ts";
import { silent } from "../../../embedded/progress.ts";
import {
  admin,
  all,
  ensure,
  isRemembered,
  kill,
  killAll,
  ownState,
  pids,
  remember,
  stack,
} from "../../support/control-plane.ts";
import { controlPlanePrograms } from "../../support/test-cluster.ts";

describe("control plane of an embedded stack", function () {
  this.timeout(120_000);
  ownState();

  before(async () => {
    await ensure();
  });

  for (const [at, name] of all.entries()) {
    // What reaches the API server, or its store, by watching starts anew with it.
    const expected = name === "etcd" || name === "kube-apiserver" ? all.slice(at) : [name];
    it(`starts a killed ${name} again, with all data kept`, async () => {
      await remember(`before-${name}`);
      const before = await pids();
      await kill(before[name]);
      assert.equal((await controlPlaneStatus(stack)).state, "broken");
      const begin = performance.now();
      const { started } = await ensure();
      console.log(`      mended after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
      assert.deepEqual(started, expected);
      const after = await pids();
      for (const other of all.filter((one) => !expected.includes(one))) {
        assert.equal(after[other], before[other], other);
      }
      assert.ok(await isRemembered(`before-${name}`));
    });
  }

  it("starts everything again after a reboot, with the same kubeconfig", async () => {
    await remember("before-reboot");
    const config = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    await killAll();
    assert.equal((await controlPlaneStatus(stack)).state, "stopped");
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.equal(readFileSync(stackPaths(stack).kubeconfig, "utf8"), config);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("takes another port when somebody has taken its own", async () => {
    const { port } = new URL(admin().server);
    await killAll();
    const stranger = createServer().listen(Number(port), "127.0.0.1");
    await once(stranger, "listening");
    try {
      const { server } = await ensure();
      assert.notEqual(new URL(server).port, port);
      assert.equal(admin().server, server);
      assert.ok(await isRemembered("before-reboot"));
    } finally {
      stranger.close();
    }
  });

  it("makes a new certificate when the old one is damaged", async () => {
    await killAll();
    rmSync(join(stackPaths(stack).controlPlane, "apiserver.key"));
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("makes a new certificate when the old one is about to expire, and not before", async () => {
    await killAll();
    const { controlPlane } = stackPaths(stack);
    const isThere = (): boolean => existsSync(join(controlPlane, "apiserver.crt"));
    const day = 24 * 3_600_000;
    removeUnusableCertificate(controlPlane, Date.now() + 300 * day);
    assert.equal(isThere(), true);
    removeUnusableCertificate(controlPlane, Date.now() + 340 * day);
    assert.equal(isThere(), false);
    await ensure();
    assert.ok(await isRemembered("before-reboot"));
  });

  it("starts everything anew when the API server no longer answers", async () => {
    const before = await pids();
    await kill(before["kube-apiserver"], "SIGSTOP");
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("says why when its data is damaged, and starts over when it was stopped", async () => {
    await ensure("two");
    await killAll("two");
    writeFileSync(join(stackPaths("two").controlPlane, "etcd-data/member/snap/db"), "damaged");
    await assert.rejects(ensure("two"), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /^etcd ended; the end of .*etcd\.log:\n/);
      assert.match(
        error.message,
        /\nif it stays so, "npm run down -- two" removes .* with its data$/,
      );
      return true;
    });
    await stopControlPlane("two");
    assert.deepEqual((await ensure("two")).started, all);
    await stopControlPlane("two");
  });

  it("says why when a program cannot start", async () => {
    const broken = { ...(await controlPlanePrograms()), etcd: "/nowhere" };
    await assert.rejects(ensureControlPlane("two", broken, silent), {
      name: "Failure",
      message: /^cannot start \/nowhere\/etcd: .*ENOENT/,
    });
    assert.equal(await stopControlPlane("two"), 0);
  });
});
