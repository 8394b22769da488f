/** Requests that go on while pods of a real service come and go. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Load, type LoadResult } from "../../support/load.ts";
import { paths, predictionFrom, type RealStack, withRealStack } from "../../support/real-stack.ts";
import { makeVariant, type Variant } from "../../support/real-variant.ts";

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

  it("are all answered while a pod is deleted", async () => {
    await losesNothing(async () => {
      await deletePods("iris", 1);
      await stack.settled();
    });
  });

  it("are all answered during the pause before a server ends, even if all pods are deleted", async () => {
    const { answered, lost } = await duringPause("iris", stack.request);
    await stack.settled();
    console.log(`      ${answered} requests answered`);
    assert.deepEqual(lost, []);
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

    it("are lost in the same time", async () => {
      const { answered, lost } = await duringPause("hasty", predictionFrom(hasty.url));
      console.log(`      ${answered} requests answered, ${lost.length} lost`);
      assert.ok(lost.length > 0, `${answered} answered`);
    });
  });

  /** What becomes of requests from the deletion of all pods until shortly before the planned pause of 10 s is over. */
  async function duringPause(name: string, request: RealStack["request"]): Promise<LoadResult> {
    const load = new Load(request);
    await deletePods(name, 2);
    await sleep(8_000);
    return load.stop();
  }

  async function deletePods(name: string, count: number): Promise<void> {
    const pods = await stack.pods(name);
    for (const { metadata } of pods.slice(0, count)) {
      await stack.client.remove(`${paths.pods}/${metadata.name}`);
    }
  }
});

/** What the service says of itself. */
async function versionAt(url: string): Promise<unknown> {
  const answer: unknown = await (await fetch(`${url}/readyz`)).json();
  return typeof answer === "object" && answer !== null && "status" in answer && answer.status;
}
