/** Pools of simulated nodes, as the engine drives their provider. */
import assert from "node:assert/strict";
import type { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import { type ProviderProcess, refusal } from "../../support/provider-client.ts";
import { edit, types, withProvider } from "../../support/provider-set-up.ts";

let client: KubernetesClient;
let local: ProviderProcess;

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  withProvider("local", (on) => {
    ({ client, provider: local } = on);
  });

  describe("pool of simulated nodes", () => {
    const pool = {
      name: "l4",
      count: 2,
      labels: { "gpu-model": "l4" },
      taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
      capacity: { cpu: "8", memory: "32768Mi", "nvidia.com/gpu": "1" },
      machine: "l4-1",
    };

    async function nodes(): Promise<readonly string[]> {
      const all = await client.list("/api/v1/nodes", { labelSelector: "gpu-model=l4" });
      return all.map(({ metadata }) => metadata.name);
    }

    it("makes its nodes, and finds no drift in them", async () => {
      assert.deepEqual((await local.check(types.pool, pool)).failures, []);
      const { id, outputs } = await local.create(types.pool, pool);
      assert.equal(id, "l4");
      assert.deepEqual(outputs, { name: "l4", nodes: ["l4-0", "l4-1"] });
      assert.deepEqual(await nodes(), ["l4-0", "l4-1"]);
      assert.deepEqual((await local.read(types.pool, "l4", pool)).inputs, pool);
      await local.create(types.pool, pool);
    });

    it("finds a removed node, and a changed label, taint and capacity; and repairs them", async () => {
      await client.remove("/api/v1/nodes/l4-1");
      await edit(client, "/api/v1/nodes/l4-0", {
        metadata: { labels: { "gpu-model": "t4" } },
        spec: { taints: [{ key: "theirs", effect: "NoSchedule" }] },
      });
      await client.patch(
        "/api/v1/nodes/l4-0",
        { status: { capacity: { "nvidia.com/gpu": "4" } } },
        { fieldManager: "kubectl-edit", subresource: "status" },
      );
      const { inputs, outputs } = await local.read(types.pool, "l4", pool);
      assert.deepEqual(inputs, {
        ...pool,
        count: 1,
        labels: { "gpu-model": "t4" },
        taints: [{ key: "theirs", effect: "NoSchedule" }],
        capacity: { ...pool.capacity, "nvidia.com/gpu": "4" },
      });
      assert.deepEqual(outputs["nodes"], ["l4-0"]);
      await local.update(types.pool, "l4", inputs, pool);
      assert.deepEqual((await local.read(types.pool, "l4", pool)).inputs, pool);
    });

    it("adds and removes nodes and changes their capacity", async () => {
      const grown = { ...pool, count: 3, capacity: { ...pool.capacity, cpu: "16" } };
      assert.deepEqual((await local.diff(types.pool, "l4", pool, grown)).changes, {
        count: "update",
        "capacity.cpu": "update",
      });
      await local.update(types.pool, "l4", pool, grown);
      assert.deepEqual(await nodes(), ["l4-0", "l4-1", "l4-2"]);
      assert.deepEqual((await local.read(types.pool, "l4", grown)).inputs, grown);
      const shrunk = { ...pool, count: 1 };
      await local.update(types.pool, "l4", grown, shrunk);
      assert.deepEqual(await nodes(), ["l4-0"]);
    });

    it("names its nodes in the same order when they are read", async () => {
      const many = { ...pool, name: "many", count: 11, labels: {} };
      const { outputs } = await local.create(types.pool, many);
      assert.deepEqual((await local.read(types.pool, "many", many)).outputs, outputs);
      await local.delete(types.pool, "many", many);
    });

    it("refuses the name of a node that is not its own", async () => {
      const { message } = await refusal(
        local.create(types.pool, { ...pool, name: "node", labels: {} }),
      );
      assert.equal(
        message,
        "NodePool node: node node-0 exists and is of another pool; rename the pool",
      );
    });

    it("removes its nodes, and says then that it is gone", async () => {
      await local.delete(types.pool, "l4", pool);
      assert.deepEqual(await nodes(), []);
      assert.equal((await local.read(types.pool, "l4", pool)).id, "");
      await local.delete(types.pool, "l4", pool);
    });
  });
});
