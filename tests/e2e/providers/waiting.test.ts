/** What the embedded provider waits for, how long, and what stays when a wait is cut short. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import { read } from "../../../embedded/kubernetes/objects.ts";
import { type ProviderProcess, refusal, startProvider } from "../../support/provider-client.ts";
import {
  configMapInputs,
  deploymentInputs,
  deploymentPath,
  edit,
  namespaceInputs,
  types,
  withProvider,
} from "../../support/provider-set-up.ts";
import type { TestCluster } from "../../support/test-cluster.ts";

let cluster: TestCluster;
let client: KubernetesClient;
let kubernetes: ProviderProcess;

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  withProvider("kubernetes", (on) => {
    ({ cluster, client, provider: kubernetes } = on);
  });

  describe("kubernetes", () => {
    before(async () => {
      await kubernetes.create(types.namespace, namespaceInputs("life"));
    });

    it("waits until a Deployment is available, and until a smaller one has let its pods go", async () => {
      const inputs = deploymentInputs("life", "waits", { replicas: 2 });
      const { outputs } = await kubernetes.create(types.deployment, inputs);
      assert.equal(read(outputs, "status", "availableReplicas"), 2);
      await kubernetes.update(types.deployment, "life/waits", inputs, {
        ...inputs,
        ...deploymentInputs("life", "waits", { replicas: 1, image: "server:2" }),
      });
      const live = await client.get(deploymentPath("life", "waits"));
      assert.equal(read(live, "status", "updatedReplicas"), 1);
      assert.equal(read(live, "status", "replicas"), 1);
    });

    it("keeps an object that does not become ready, and says why", async () => {
      const inputs = deploymentInputs("life", "big", {
        cpu: "64",
        request: 64,
        replicas: 2,
        annotations: { note: "x".repeat(15_000) },
      });
      const { notReady } = await refusal(
        kubernetes.create(types.deployment, inputs, { timeoutSeconds: 1 }),
      );
      assert.equal(notReady?.id, "life/big");
      assert.equal(read(notReady.outputs, "metadata", "name"), "big");
      const [first, pod] = notReady.reasons;
      assert.equal(first, "Deployment life/big: not ready after 1 s: 0 of 2 replicas available");
      assert.match(
        pod ?? "",
        /^pod big-\w+-\w+: Pending, 0\/1 nodes are available: 1 Insufficient cpu/,
      );
      const told = kubernetes.messages.filter(({ ephemeral }) => ephemeral).map(({ text }) => text);
      assert.ok(told.includes("0 of 2 replicas available"), told.join("\n"));
      const seen = await refusal(kubernetes.read(types.deployment, "life/big", inputs));
      assert.deepEqual(seen.notReady?.inputs, inputs);
      const smaller = deploymentInputs("life", "big", { cpu: "1" });
      await kubernetes.update(types.deployment, "life/big", inputs, smaller);
    });

    it("stops waiting when the engine cancels, and keeps what it made", async () => {
      const inputs = deploymentInputs("life", "cancelled", { cpu: "64", request: 64 });
      const creating = refusal(kubernetes.create(types.deployment, inputs));
      while ((await client.get(deploymentPath("life", "cancelled"))) === undefined) await sleep(20);
      await kubernetes.cancel();
      const { notReady } = await creating;
      assert.equal(notReady?.id, "life/cancelled");
      assert.match(
        notReady.reasons[0] ?? "",
        /^Deployment life\/cancelled: stopped while waiting: /,
      );
      await kubernetes.delete(types.deployment, "life/cancelled", inputs);
    });

    it("waits until a deleted object is gone, and names the finalizer that holds it", async () => {
      const inputs = configMapInputs("life", "held", {});
      await kubernetes.create(types.configMap, inputs);
      const path = "/api/v1/namespaces/life/configmaps/held";
      await edit(client, path, { metadata: { finalizers: ["example.com/wait"] } });
      const deletion = kubernetes.delete(types.configMap, "life/held", inputs, {
        timeoutSeconds: 1,
      });
      const { message } = await refusal(deletion);
      assert.equal(
        message,
        "ConfigMap life/held: not gone 1 s after it was deleted; held by the finalizers example.com/wait",
      );
      const again = kubernetes.delete(types.configMap, "life/held", inputs);
      await edit(client, path, { metadata: { finalizers: null } });
      await again;
    });

    it("makes an object anew that is still on its way out", async () => {
      const inputs = configMapInputs("life", "reborn", { a: "1" });
      const path = "/api/v1/namespaces/life/configmaps/reborn";
      await kubernetes.create(types.configMap, inputs);
      await edit(client, path, { metadata: { finalizers: ["example.com/wait"] } });
      await client.remove(path);
      assert.equal((await kubernetes.read(types.configMap, "life/reborn", inputs)).id, "");
      const creating = kubernetes.create(types.configMap, inputs);
      await sleep(200);
      await edit(client, path, { metadata: { finalizers: null } });
      await creating;
      assert.deepEqual(read(await client.get(path), "data"), { a: "1" });
    });

    it("waits for the contents of a namespace", async () => {
      await kubernetes.create(types.namespace, namespaceInputs("full"));
      await kubernetes.create(types.deployment, deploymentInputs("full", "one"));
      await kubernetes.delete(types.namespace, "full", namespaceInputs("full"));
      assert.equal(await client.get("/api/v1/namespaces/full"), undefined);
      assert.deepEqual(
        await client.list("/api/v1/pods", { fieldSelector: "metadata.namespace=full" }),
        [],
      );
    });

    it("repeats a create that was killed", async () => {
      const inputs = deploymentInputs("life", "killed", { cpu: "64", request: 64 });
      const first = await startProvider("kubernetes");
      await first.configure({ kubeconfig: cluster.kubeconfig });
      const creating = first.create(types.deployment, inputs).catch(() => "lost");
      while ((await client.get(deploymentPath("life", "killed"))) === undefined) await sleep(20);
      first.child.kill("SIGKILL");
      assert.equal(await creating, "lost");
      await first.stop();
      const { uid } = (await client.get(deploymentPath("life", "killed")))?.metadata ?? {};
      const { id, outputs } = await kubernetes.create(
        types.deployment,
        deploymentInputs("life", "killed"),
      );
      assert.equal(id, "life/killed");
      assert.equal(read(outputs, "metadata", "uid"), uid);
    });
  });
});
