/** What the kubelet does about a server that hangs, and about one that starts slowly. */
import assert from "node:assert/strict";
import { readString } from "../../../embedded/kubernetes/objects.ts";
import {
  eventually,
  isReady,
  type RealStack,
  restartsOf,
  withRealStack,
} from "../../support/real-stack.ts";
import {
  type Fields,
  faultyImage,
  makeVariant,
  onlyPod,
  type Variant,
  type VariantArgs,
} from "../../support/real-variant.ts";

/** Looks every second in place of every ten, so that the tests do not take minutes; what is looked at stays as planned. */
const hurried = { periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3 } as const;

function hurriedLiveness({ livenessProbe }: Fields): Fields {
  assert.ok(livenessProbe && typeof livenessProbe === "object");
  return { livenessProbe: { ...livenessProbe, ...hurried } };
}

/** Longer than a hurried liveness probe takes to give up, and shorter than the planned startup probe does. */
const slow = { START_DELAY_SECONDS: "20" };

describe("probes of a real service", function () {
  this.timeout(240_000);
  const variants = new Map<string, Variant>();
  let stack: RealStack;

  withRealStack((on) => {
    stack = on;
  });

  before(async () => {
    const image = await faultyImage(stack);
    const wanted: readonly VariantArgs[] = [
      { name: "wedged", server: hurriedLiveness },
      { name: "wedged-unwatched", server: () => ({ livenessProbe: undefined }) },
      { name: "slow", env: slow, server: hurriedLiveness },
      {
        name: "slow-unprotected",
        env: slow,
        server: (planned) => ({ ...hurriedLiveness(planned), startupProbe: undefined }),
      },
    ];
    for (const args of wanted) {
      variants.set(args.name, await makeVariant(stack, { ...args, image }));
    }
  });
  after(async () => {
    for (const variant of variants.values()) await variant.remove();
  });

  const restarts = async (name: string) => restartsOf(await onlyPod(stack, name));

  it("give a slow start its time", async () => {
    await stack.settled(1, "slow");
    assert.equal(await restarts("slow"), 0);
  });

  it("would kill a slow start if there were no startup probe", async () => {
    await eventually("restarted", async () => (await restarts("slow-unprotected")) > 0);
    assert.equal(isReady(await onlyPod(stack, "slow-unprotected")), false);
  });

  it("restart a server that hangs, and leave it hanging if there is no liveness probe", async () => {
    const names = ["wedged", "wedged-unwatched"];
    for (const name of names) {
      await stack.settled(1, name);
      const wedged = await post(`${variants.get(name)?.url}/debug/wedge`);
      assert.equal(wedged.status, 200);
      assert.equal(await isAlive(name), false, name);
    }
    await eventually("restarted and ready", async () => {
      const pod = await onlyPod(stack, "wedged");
      return restartsOf(pod) === 1 && isReady(pod);
    });
    assert.equal(await isAlive("wedged"), true);
    assert.equal(await restarts("wedged-unwatched"), 0);
    assert.equal(await isAlive("wedged-unwatched"), false);
    const messages = (await eventsOf(stack, "wedged")).join("\n");
    assert.match(messages, /Liveness probe failed/);
  });

  /** Whether the process answers its liveness path soon. */
  async function isAlive(name: string): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(2_000);
      return (await fetch(`${variants.get(name)?.url}/healthz`, { signal })).ok;
    } catch {
      return false;
    }
  }
});

function post(url: string): Promise<Response> {
  return fetch(url, { method: "POST" });
}

async function eventsOf({ client }: RealStack, name: string): Promise<readonly string[]> {
  const events = await client.list("/api/v1/namespaces/flowers/events");
  return events
    .filter((event) => readString(event, "involvedObject", "name")?.startsWith(`${name}-`))
    .map((event) => readString(event, "message") ?? "");
}
