/** A new version of a service that never becomes ready. */
import assert from "node:assert/strict";
import { Load } from "../../support/load.ts";
import { eventually, isReady, type RealStack, withRealStack } from "../../support/real-stack.ts";
import { faultyImage, makeVariant, onlyPod } from "../../support/real-variant.ts";

const server = "examples/iris/main.py";

/** What the plan allows for a start, in minutes less: a slow registry and a new node do not come into this. */
const hurries = [
  ["platform/facts/machines/local.ts", "cpuNodeSeconds: 20", "cpuNodeSeconds: 1"],
  ["platform/facts/servers/fastapi.ts", "assumedImageMiB: 1024", "assumedImageMiB: 1"],
  ["platform/plan/timing.ts", "startSeconds: 30", "startSeconds: 14"],
  ["platform/plan/rollout.ts", "overheadSeconds = 30", "overheadSeconds = 5"],
] as const;

describe("a version that never becomes ready", function () {
  this.timeout(240_000);
  let stack: RealStack;
  let load: Load;

  withRealStack((on) => {
    stack = on;
    load = new Load(stack.request);
  });
  after(async () => {
    await load.stop();
    for (const file of [server, ...hurries.map(([path]) => path)]) stack.copy.restore(file);
  });

  it("fails the update with what its pod and its log say", async () => {
    for (const [file, from, to] of hurries) stack.copy.edit(file, from, to);
    stack.copy.edit(
      server,
      '    return {"status": "ready"}',
      '    response.status_code = 503\n    return {"status": "waits for a table that is not there"}',
    );
    const { code, text } = await stack.copy.npm("up", "--node=real");
    assert.equal(code, 1, text);
    assert.match(
      text,
      /Deployment flowers\/iris: 2 of 2 replicas available; .*timed out progressing/,
    );
    assert.match(text, /pod iris-\S+: Running, server: running, not ready/);
    assert.match(
      text,
      /Unhealthy iris-\S+: Startup probe failed: HTTP probe failed with statuscode: 503/,
    );
    assert.match(
      text,
      /end of the log of iris-\S+, server:\n( {2}.*\n)* {2}.* iris loaded \/models\/model\.onnx\n/,
    );
  });

  it("leaves the old version serving", async () => {
    const pods = await stack.pods();
    assert.equal(pods.filter(isReady).length, 2);
    assert.equal(pods.length, 3, "the new version has one pod");
    assert.equal(load.lost, 0);
    const before = load.answered;
    const answer = await fetch(`${stack.url}/readyz`);
    assert.deepEqual(await answer.json(), { status: "ready" });
    assert.ok(before > 300, `${before} answered`);
  });

  it("is gone after one update to the old files, and no request was lost", async () => {
    for (const file of [server, ...hurries.map(([path]) => path)]) stack.copy.restore(file);
    const { code, text } = await stack.copy.npm("up", "--node=real");
    assert.equal(code, 0, text);
    await stack.settled();
    const { answered, lost } = await load.stop();
    console.log(`      ${answered} requests answered`);
    assert.deepEqual(lost, []);
  });

  it("would take over if nothing asked whether it is ready", async () => {
    const image = await faultyImage(stack);
    const unasked = await makeVariant(stack, {
      name: "unasked",
      image,
      env: { NEVER_READY: "1" },
      server: () => ({ startupProbe: undefined, readinessProbe: undefined }),
    });
    try {
      await eventually("it takes requests, and says that it is not ready", async () => {
        const answer = await fetch(`${unasked.url}/readyz`).catch(() => undefined);
        return answer?.status === 503 && isReady(await onlyPod(stack, "unasked"));
      });
    } finally {
      await unasked.remove();
    }
  });
});
