/** After kill -9 of anything of a real node: it mends itself, or `up` mends it, and `down` leaves the machine as it was. */
import assert from "node:assert/strict";
import { initOf } from "../../../embedded/kubernetes/node/enter.ts";
import { conditionOf } from "../../../embedded/kubernetes/objects.ts";
import { CheckoutCopy, finished } from "../../support/checkout-copy.ts";
import { assertUnchanged, type MachineState, machineState } from "../../support/machine-state.ts";
import {
  assertAnswers,
  irisNodes,
  irisUrl,
  nodeProcesses,
  pidsOf,
  until,
} from "../../support/real-node.ts";

const podsPath = "/api/v1/namespaces/flowers/pods";

describe("A real node after kill -9", function () {
  this.timeout(180_000);
  let copy: CheckoutCopy;
  let machine: MachineState;
  let url: string;

  before(async () => {
    copy = new CheckoutCopy();
    machine = await machineState(copy.key);
    await up();
  });
  after(() => copy.remove());

  /** Those that process 1 of the node starts anew, without any command. */
  const services = ["kubelet", "containerd", "kube-proxy", "node gateway"] as const;
  for (const name of services) {
    it(`of ${name} starts it anew by itself, and goes on answering`, async () => {
      const [old] = pidsOf(copy, nodeProcesses[name]);
      assert.equal(copy.kill(nodeProcesses[name]), 1);
      await until(() => {
        const now = pidsOf(copy, nodeProcesses[name]);
        return now.length === 1 && now[0] !== old;
      }, `${name} runs again`);
      await assertAnswers(url);
    });
  }

  it("of these still replaces pods, and leads requests to the new ones", async () => {
    const client = copy.client();
    const old = await irisPods(copy);
    for (const pod of old) await client.remove(`${podsPath}/${pod}`);
    await until(async () => {
      const now = await client.list(podsPath);
      return now.length === 2 && now.every((pod) => conditionOf(pod, "Ready")?.status === "True");
    }, "two other pods are ready");
    assert.deepEqual(
      (await irisPods(copy)).filter((pod) => old.includes(pod)),
      [],
    );
    await assertAnswers(url);
  });

  it("of all of these and of down half way is gone without a trace after the next down", async () => {
    for (const name of services) assert.equal(copy.kill(nodeProcesses[name]), 1, name);
    await killedInDown(() => (copy.stateUrns()?.length ?? 0) < 20);
    await down();
  });

  /** What `init.sh` does not start anew, and how to kill it. */
  const others: Readonly<Record<string, () => number>> = {
    "the process that holds the namespaces": () => copy.kill(nodeProcesses.holder),
    "process 1 of the node": () => {
      const [holder = 0] = pidsOf(copy, nodeProcesses.holder);
      process.kill(initOf(holder) ?? assert.fail("the node has no process 1"), "SIGKILL");
      return 1;
    },
    "the gateway on the machine's side": () => copy.kill(nodeProcesses["host gateway"]),
    "kube-apiserver": () => copy.kill(/\/kube-apiserver /),
  };
  for (const [what, kill] of Object.entries(others)) {
    it(`of up while the node starts, and of ${what}, is gone without a trace after down`, async () => {
      await killedInUp();
      assert.equal(kill(), 1);
      await down();
    });
  }

  it("of up while the node starts is no trouble to the next up", async () => {
    await killedInUp();
    await up();
  });

  it("comes back with up after somebody deleted its Node object", async () => {
    assert.equal(await copy.client().remove("/api/v1/nodes/this-machine"), true);
    await up();
  });

  for (const what of ["the process that holds the namespaces", "kube-apiserver"]) {
    it(`of ${what} and the machine's gateway is repaired by up, and answers at the same address`, async () => {
      const old = url;
      assert.equal(others[what]?.(), 1);
      assert.equal(copy.kill(nodeProcesses["host gateway"]), 1);
      await up();
      assert.equal(url, old);
    });
  }

  it("of everything, and of down while it ends the node, is gone without a trace after the next down", async () => {
    assert.ok(copy.kill(/./) > 10);
    await killedInDown(() => copy.stateUrns() === undefined);
    await down();
  });

  async function up(): Promise<void> {
    const result = await copy.npm("up");
    assert.equal(result.code, 0, result.text);
    assert.deepEqual(await irisNodes(copy), ["this-machine", "this-machine"]);
    url = irisUrl(result);
    await assertAnswers(url);
  }

  /** Kills `up` in the middle of the node's start, and leaves what it has started. */
  async function killedInUp(): Promise<void> {
    const run = finished(copy.start("npm", ["run", "--silent", "up"]));
    await until(() => pidsOf(copy, nodeProcesses.kubelet).length > 0, "the kubelet runs");
    assert.ok(copy.kill(/boot\.cjs up/) > 0, "up was killed");
    assert.notEqual((await run).code, 0);
    assert.equal(pidsOf(copy, nodeProcesses.holder).length, 1, "the node outlives its command");
  }

  async function killedInDown(isTime: () => boolean): Promise<void> {
    const run = finished(copy.start("npm", ["run", "--silent", "down"]));
    await until(isTime, "down is half way");
    assert.ok(copy.kill(/boot\.cjs down|\/pulumi destroy /) > 0, "down was killed");
    assert.notEqual((await run).code, 0);
  }

  async function down(): Promise<void> {
    const { code, text } = await copy.npm("down");
    assert.equal(code, 0, text);
    assert.deepEqual(copy.processes(), []);
    assert.deepEqual(
      copy.stateFiles().filter((file) => file.startsWith("stacks/")),
      [],
    );
    await assertUnchanged(machine, copy.key);
  }
});

async function irisPods(copy: CheckoutCopy): Promise<readonly string[]> {
  const pods = await copy.client().list(podsPath);
  return pods.map(({ metadata }) => metadata.name ?? "");
}
