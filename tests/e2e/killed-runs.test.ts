/** After kill -9 at any point the next run ends where a clean one does; what a real node adds: `real-node/killed.test.ts`. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CheckoutCopy, finished } from "../support/checkout-copy.ts";
import { clusterObjects } from "../support/cluster-objects.ts";

/** The engine: the CLI's own process, not its plugins. */
const engine = /\/pulumi (up|destroy) /;
const controlPlane = /\/(etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kwok) /;

/** What the engine does is the same with a real node, and takes less time without. */
const simulated = "--node=simulated";

describe("After kill -9", function () {
  this.timeout(600_000);
  let copy: CheckoutCopy;
  let clean: readonly string[];
  let resources: number;

  before(async () => {
    copy = new CheckoutCopy();
    const { code, text } = await copy.npm("up", simulated);
    assert.equal(code, 0, text);
    clean = await clusterObjects(copy.client());
    resources = copy.stateUrns()?.length ?? assert.fail("there is no state");
    await down();
  });
  // A test that fails half way must not fail the next one too.
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    copy.kill(/./);
    await copy.npm("down");
  });
  after(() => copy.remove());

  const points = [
    { title: "at the first resource", share: 0 },
    { title: "at 25 % of the resources", share: 0.25 },
    { title: "at 50 % of the resources", share: 0.5 },
    { title: "at 75 % of the resources", share: 0.75 },
    { title: "at the last resource", share: 1 },
  ];
  for (const { title, share } of points) {
    it(`of the engine ${title}, up goes on`, async () => {
      const wanted = Math.max(1, Math.round(share * resources));
      const run = finished(copy.start("npm", ["run", "--silent", "up", "--", simulated]));
      await until(() => (copy.stateUrns()?.length ?? 0) >= wanted, `${wanted} resources`);
      assert.equal(copy.kill(engine), 1, "the engine was killed");
      assert.notEqual((await run).code, 0);
      await until(() => strays().length === 0, "the engine's helpers end with it");
      await upEqualsClean();
      await down();
    });
  }

  it("of everything in the middle of an update, up goes on", async () => {
    const run = finished(copy.start("npm", ["run", "--silent", "up", "--", simulated]));
    await until(() => (copy.stateUrns()?.length ?? 0) >= resources / 2, "half of the resources");
    copy.kill(/./);
    assert.notEqual((await run).code, 0);
    await upEqualsClean();
    await down();
  });

  it("while the control plane starts, up starts it anew", async () => {
    for (const process of [/\/etcd /, /\/kube-apiserver /, /\/kwok /]) {
      const run = finished(copy.start("npm", ["run", "--silent", "up", "--", simulated]));
      await until(() => copy.processes().some(({ command }) => process.test(command)), "it starts");
      copy.kill(/boot\.cjs up/);
      await run;
    }
    await upEqualsClean();
  });

  it("of the control plane under a running stack, up brings it back with its objects", async () => {
    assert.equal(copy.kill(controlPlane), 5);
    await upEqualsClean();
  });

  it("of the engine in down, both up and down go on", async () => {
    await killDown(resources / 2);
    await upEqualsClean();
    await killDown(resources / 2);
    await down();
  });

  it("of down while it ends the control plane, down goes on", async () => {
    await upEqualsClean();
    const run = finished(copy.start("npm", ["run", "--silent", "down"]));
    await until(() => copy.stateUrns() === undefined && strays().length === 0, "it is destroyed");
    copy.kill(/boot\.cjs down/);
    await run;
    await down();
  });

  /** Kills the engine of a `down` once `left` resources or fewer are in the state. */
  async function killDown(left: number): Promise<void> {
    const run = finished(copy.start("npm", ["run", "--silent", "down"]));
    await until(() => (copy.stateUrns()?.length ?? 0) <= left, `${left} resources are left`);
    assert.equal(copy.kill(engine), 1, "the engine was killed");
    assert.notEqual((await run).code, 0);
  }

  async function upEqualsClean(): Promise<void> {
    const { code, text } = await copy.npm("up", simulated);
    assert.equal(code, 0, text);
    assert.deepEqual(await clusterObjects(copy.client()), clean);
    assert.equal(copy.stateUrns()?.length, resources);
  }

  async function down(): Promise<void> {
    const { code, text } = await copy.npm("down");
    assert.equal(code, 0, text);
    assert.deepEqual(copy.processes(), []);
    assert.equal(copy.stateUrns(), undefined);
  }

  function strays(): readonly string[] {
    return copy
      .processes()
      .map(({ command }) => command)
      .filter((command) => !controlPlane.test(command) && !/boot\.cjs|npm run/.test(command));
  }

  async function until(condition: () => boolean, what: string): Promise<void> {
    for (const end = Date.now() + 180_000; !condition(); await sleep(5)) {
      if (Date.now() > end)
        assert.fail(`waited 3 min in vain: ${what}; running: ${strays().join("\n")}`);
    }
  }
});
