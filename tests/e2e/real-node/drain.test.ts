/** A node that is drained for maintenance, as `kubectl drain` does it. It is the only one: pods have nowhere else to go. */
import assert from "node:assert/strict";
import { Load } from "../../support/load.ts";
import { isReady, paths, type RealStack, withRealStack } from "../../support/real-stack.ts";

describe("draining the only real node", function () {
  this.timeout(180_000);
  let stack: RealStack;

  withRealStack((on) => {
    stack = on;
  });

  const drain = (seconds: number) =>
    stack.copy.shell(
      `kubectl drain this-machine --ignore-daemonsets --delete-emptydir-data --timeout=${seconds}s`,
    );

  async function uncordon(): Promise<void> {
    const { code, text } = await stack.copy.shell("kubectl uncordon this-machine");
    assert.equal(code, 0, text);
    await stack.settled();
  }

  it("stops at the disruption budget, and no request is lost until both replicas are back", async () => {
    const load = new Load(stack.request);
    const { code, text } = await drain(20);
    assert.equal(code, 1, text);
    assert.match(text, /Cannot evict pod as it would violate the pod's disruption budget/);
    const pods = await stack.pods();
    assert.equal(pods.filter(isReady).length, 1, "one replica is left");
    assert.equal(pods.length, 2, "the other one has nowhere to go");
    await uncordon();
    const { answered, lost } = await load.stop();
    console.log(`      ${answered} requests answered`);
    assert.deepEqual(lost, []);
    assert.ok(answered > 300, `${answered} answered`);
  });

  it("loses requests when there is no budget", async () => {
    const budget = await stack.client.get(paths.budget);
    assert.ok(budget);
    await stack.client.remove(paths.budget);
    const load = new Load(stack.request);
    try {
      const { code, text } = await drain(60);
      assert.equal(code, 0, text);
      assert.equal((await stack.pods()).filter(isReady).length, 0);
    } finally {
      await uncordon();
      const { resourceVersion: _, uid: __, ...metadata } = budget.metadata;
      await stack.client.create({ ...budget, metadata }, { fieldManager: "test" });
    }
    const { answered, lost } = await load.stop();
    console.log(`      ${answered} requests answered, ${lost.length} lost`);
    assert.ok(lost.length > 20, `${lost.length} lost`);
  });
});
