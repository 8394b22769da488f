/** Requests that go on while pods of a real service come and go. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Load, type LoadResult } from "../../support/load.ts";
import { paths, predictionFrom, type RealStack, withRealStack } from "../../support/real-stack.ts";
import { makeVariant, type Variant } from "../../support/real-variant.ts";

/** How long the node does not hear that a pod ends. Shorter than the planned pause before a server ends, 10 s. */
const unheardMs = 7_000;

describe("requests to a real service", function () {
  this.timeout(240_000);
  let stack: RealStack;

  withRealStack((on) => {
    stack = on;
  });

  /** Sends requests on new and on kept connections meanwhile. None may be lost. */
  async function losesNothing(meanwhile: () => Promise<void>): Promise<void> {
    const loads = [false, true].map((keepAlive) => new Load({ ...stack.request, keepAlive }));
    let results: readonly LoadResult[];
    try {
      await meanwhile();
    } finally {
      results = await Promise.all(loads.map((load) => load.stop()));
    }
    for (const [index, { answered, repeated, lost }] of results.entries()) {
      const kind = index === 0 ? "new" : "kept";
      console.log(
        `      ${answered} requests answered on ${kind} connections, ${repeated} repeated`,
      );
      assert.deepEqual(lost, [], `on ${kind} connections`);
      assert.ok(answered > 200, `${answered} answered`);
    }
  }

  it("are all answered while a pod is deleted, although the node hears of it late", async () => {
    await losesNothing(() => deletePodUnheard("iris"));
  });

  it("are all answered while a new version takes over", async () => {
    stack.copy.edit("examples/iris/main.py", '"status": "ready"', '"status": "ready, version 2"');
    await losesNothing(async () => {
      const { code, stdout, text } = await stack.copy.npm("up", "--node=real");
      assert.equal(code, 0, text);
      assert.match(stdout, /^Stack local is up: 1 updated, /m);
      await stack.settled();
    });
    assert.equal(await versionAt(stack.url), "ready, version 2");
  });

  after(() => stack.copy.restore("examples/iris/main.py"));

  describe("without the pause before a server ends", () => {
    let hasty: Variant;

    before(async () => {
      hasty = await makeVariant(stack, {
        name: "hasty",
        replicas: 2,
        server: () => ({ lifecycle: undefined }),
        pod: { terminationGracePeriodSeconds: 1 },
      });
      await stack.settled(2, "hasty");
    });
    after(() => hasty.remove());

    it("are lost when a pod is deleted and the node hears of it late", async () => {
      const load = new Load(predictionFrom(hasty.url));
      await deletePodUnheard("hasty");
      const { answered, lost } = await load.stop();
      console.log(`      ${answered} requests answered, ${lost.length} lost`);
      assert.ok(lost.length > 0, `${answered} answered`);
    });
  });

  /**
   * Deletes a pod while kube-proxy stands still, as if the cluster were large and busy: on one node news is often faster than
   * the signal to the server, and nothing would be lost without a pause either.
   */
  async function deletePodUnheard(name: string): Promise<void> {
    const proxy = stack.copy.processes().find(({ command }) => /^\S*kube-proxy /.test(command));
    const [pod] = await stack.pods(name);
    assert.ok(proxy && pod);
    process.kill(proxy.pid, "SIGSTOP");
    try {
      await stack.client.remove(`${paths.pods}/${pod.metadata.name}`);
      await sleep(unheardMs);
    } finally {
      process.kill(proxy.pid, "SIGCONT");
    }
    await stack.settled(2, name);
  }
});

/** What the service says of itself. */
async function versionAt(url: string): Promise<unknown> {
  const answer: unknown = await (await fetch(`${url}/readyz`)).json();
  return typeof answer === "object" && answer !== null && "status" in answer && answer.status;
}
