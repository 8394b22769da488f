/** The embedded control plane with its real programs: start, rights, neighbours, stop. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import {
  controlPlaneStatus,
  stopControlPlane,
} from "../../../embedded/kubernetes/control-plane.ts";
import { stackPaths } from "../../../embedded/paths.ts";
import { owned } from "../../../embedded/process-table.ts";
import {
  admin,
  all,
  configMap,
  ensure,
  fieldManager,
  isRemembered,
  ownState,
  pids,
  refusedWith,
  remember,
  stack,
} from "../../support/control-plane.ts";
import { listening } from "../../support/sockets.ts";

describe("control plane of an embedded stack", function () {
  this.timeout(120_000);
  ownState();

  it("starts from nothing", async () => {
    const begin = performance.now();
    const { kubeconfig, server, started } = await ensure();
    console.log(`      ready after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
    assert.deepEqual(started, all);
    assert.equal(kubeconfig, stackPaths(stack).kubeconfig);
    assert.match(server, /^https:\/\/127\.0\.0\.1:2\d{4}$/);
    assert.equal((await controlPlaneStatus(stack)).state, "running");
    assert.match(readFileSync(kubeconfig, "utf8"), /"current-context": "inference-platform-one"/);
  });

  it("changes nothing when all is well", async () => {
    const before = await pids();
    const config = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const begin = performance.now();
    const { started } = await ensure();
    console.log(`      found well after ${(performance.now() - begin).toFixed(0)} ms`);
    assert.deepEqual(started, []);
    assert.deepEqual(await pids(), before);
    assert.equal(readFileSync(stackPaths(stack).kubeconfig, "utf8"), config);
  });

  it("listens on one port, on 127.0.0.1", async () => {
    const { host } = new URL(admin().server);
    assert.deepEqual(listening(owned("control-plane", stack)), [host]);
  });

  it("keeps its keys, tokens and sockets from other users of the machine", () => {
    const { controlPlane, kubeconfig } = stackPaths(stack);
    assert.equal(statSync(controlPlane).mode & 0o777, 0o700);
    assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
    for (const file of readdirSync(controlPlane).filter((name) =>
      /token|settings|key|config/.test(name),
    )) {
      assert.equal(statSync(join(controlPlane, file)).mode & 0o777, 0o600, file);
    }
  });

  it("answers nobody without a token, and a component only in its own work", async () => {
    const text = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const nobody = KubernetesClient.fromText(text.replace(/"token": "\w+"/, '"token": ""'));
    await assert.rejects(nobody.text("/readyz"), refusedWith("Unauthorized"));
    const kwok = KubernetesClient.fromFile(join(stackPaths(stack).controlPlane, "kwok.kubeconfig"));
    assert.deepEqual(await kwok.list("/api/v1/nodes"), []);
    await assert.rejects(kwok.list("/api/v1/secrets"), refusedWith("Forbidden"));
    await assert.rejects(kwok.apply(configMap("mine"), { fieldManager }), refusedWith("Forbidden"));
  });

  it("leaves another stack alone", async () => {
    const before = await pids();
    const other = await ensure("two");
    await remember("only-in-two", admin("two"));
    assert.notEqual(other.server, admin().server);
    assert.equal(await isRemembered("only-in-two"), false);
    const token = /"token": "(\w+)"/.exec(readFileSync(other.kubeconfig, "utf8"))?.[1] ?? "";
    const text = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const intruder = KubernetesClient.fromText(
      text.replace(/"token": "\w+"/, `"token": "${token}"`),
    );
    await assert.rejects(intruder.text("/readyz"), refusedWith("Unauthorized"));
    assert.equal(await stopControlPlane("two"), all.length);
    assert.deepEqual(await pids(), before);
    assert.equal((await controlPlaneStatus(stack)).state, "running");
  });

  describe("when it is stopped", () => {
    it("leaves no process, port or file behind when it is stopped, and can be stopped twice", async () => {
      const { port } = new URL(admin().server);
      const begin = performance.now();
      assert.equal(await stopControlPlane(stack), all.length);
      console.log(`      stopped after ${(performance.now() - begin).toFixed(0)} ms`);
      assert.deepEqual(owned("control-plane", stack), []);
      assert.equal(existsSync(stackPaths(stack).folder), false);
      const probe = createServer().listen(Number(port), "127.0.0.1");
      await once(probe, "listening");
      probe.close();
      assert.equal(await stopControlPlane(stack), 0);
      assert.deepEqual(await controlPlaneStatus(stack), { state: "stopped", processes: {} });
    });
  });
});
