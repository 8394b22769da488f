/** What becomes of a server that takes more memory than its service may have. */
import assert from "node:assert/strict";
import { readString } from "../../../embedded/kubernetes/objects.ts";
import { Load } from "../../support/load.ts";
import {
  eventually,
  isReady,
  predictionFrom,
  type RealStack,
  restartsOf,
  withRealStack,
} from "../../support/real-stack.ts";
import { faultyImage, makeVariant, onlyPod, type Variant } from "../../support/real-variant.ts";

/** Above the limit of the service, 512 MiB. */
const tooMuch = 700;

describe("memory of a real service", function () {
  this.timeout(180_000);
  let stack: RealStack;
  let bounded: Variant;
  let roomy: Variant;

  withRealStack((on) => {
    stack = on;
  });

  before(async () => {
    const image = await faultyImage(stack);
    bounded = await makeVariant(stack, { name: "bounded", image });
    roomy = await makeVariant(stack, {
      name: "roomy",
      image,
      server: ({ resources }) => ({ resources: { ...asObject(resources), limits: {} } }),
    });
    for (const { name } of [bounded, roomy]) await stack.settled(1, name);
  });
  after(async () => {
    for (const variant of [bounded, roomy]) await variant.remove();
  });

  it("is cut off at the limit, and the service answers again", async () => {
    await assert.rejects(allocate(bounded, tooMuch));
    await eventually("restarted and ready", async () => {
      const pod = await onlyPod(stack, "bounded");
      return restartsOf(pod) === 1 && isReady(pod);
    });
    const ended = ["status", "containerStatuses", 0, "lastState", "terminated"] as const;
    const pod = await onlyPod(stack, "bounded");
    assert.equal(readString(pod, ...ended, "reason"), "OOMKilled");
    const load = new Load(predictionFrom(bounded.url));
    await eventually("answers", async () => load.answered >= 10);
    assert.deepEqual((await load.stop()).lost, []);
  });

  it("is not cut off below the limit", async () => {
    assert.equal(await allocate(bounded, 64), 200);
    assert.equal(restartsOf(await onlyPod(stack, "bounded")), 1);
  });

  it("would not be cut off without the limit", async () => {
    assert.equal(await allocate(roomy, tooMuch), 200);
    assert.equal(restartsOf(await onlyPod(stack, "roomy")), 0);
  });
});

/** Has the server take so many MiB more, and returns its answer's status. */
async function allocate({ url }: Variant, mib: number): Promise<number> {
  return (await fetch(`${url}/debug/allocate?mib=${mib}`, { method: "POST" })).status;
}

function asObject(value: unknown): object {
  assert.ok(typeof value === "object" && value !== null);
  return value;
}
