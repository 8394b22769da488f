/** A real node changes nothing of the machine: neither while it runs, nor after it is gone. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, rmdirSync } from "node:fs";
import { promisify } from "node:util";
import { nodeTools } from "../../../embedded/images/node-tools.ts";
import { ownCgroups } from "../../../embedded/kubernetes/node/cgroups.ts";
import { initOf } from "../../../embedded/kubernetes/node/enter.ts";
import { checkoutRoot } from "../../../embedded/paths.ts";
import { childrenOf } from "../../../embedded/process-table.ts";
import { silent } from "../../../embedded/progress.ts";
import { CheckoutCopy } from "../../support/checkout-copy.ts";
import {
  assertUnchanged,
  differences,
  type MachineState,
  machineState,
  namespaceOf,
  ofRunningNode,
} from "../../support/machine-state.ts";
import { assertAnswers, irisUrl, nodeProcesses, pidsOf } from "../../support/real-node.ts";

describe("npm run up with a real node", function () {
  this.timeout(180_000);
  let copy: CheckoutCopy;
  let machine: MachineState;

  before(async () => {
    copy = new CheckoutCopy();
    machine = await machineState(copy.key);
  });
  after(() => copy.remove());

  it("runs the service for real, and shows its address and an answer", async () => {
    const up = await copy.npm("up");
    assert.equal(up.code, 0, up.text);
    assert.match(up.stderr, /^✓ real node: this machine has what it takes$/m);
    assert.match(up.stdout, /^Stack local is up: 2\d created\.$/m);
    assert.match(up.stdout, /^flowers\/iris +fastapi +2\/2 +iris-\S+ +this-machine *$/m);
    assert.match(up.stdout, /^ +iris-\S+ +this-machine *$/m);
    assert.match(up.stdout, /^vision\/resnet50 +triton +2\/2 +resnet50-\S+ +l4-\d +simulated$/m);
    const url = irisUrl(up);
    assert.match(up.stdout, new RegExp(`^ {2}curl '${url}/v1/models/iris:predict' `, "m"));
    assert.match(up.stdout, /^ {2}200 in \d+ ms: \{"predictions":\["setosa","virginica"\]/m);
    await assertAnswers(url);
  });

  it("leaves the machine's kernel settings, network, mounts and folders alone while it runs", async () => {
    await assertUnchanged(machine, copy.key, ofRunningNode);
  });

  it("listens on 127.0.0.1 only, and keeps all else in its own network namespaces", () => {
    assert.ok(copy.ports().length >= 2, "API server and service");
    for (const address of copy.ports()) assert.match(address, /^127\.0\.0\.1:/);
    const [holder = 0] = pidsOf(copy, nodeProcesses.holder);
    const inside = descendantsOf(initOf(holder) ?? assert.fail("the node has no process 1"));
    assert.ok(inside.length > 10, "services and containers");
    const own = namespaceOf(process.pid);
    assert.deepEqual(
      inside.filter((pid) => namespaceOf(pid) === own),
      [],
    );
  });

  it("finds nothing to change the second time, and answers at the same address", async () => {
    const ports = copy.ports();
    const up = await copy.npm("up");
    assert.equal(up.code, 0, up.text);
    assert.match(up.stderr, /^✓ real node: already running \(/m);
    assert.match(up.stdout, /^Stack local is up: nothing to change\.$/m);
    await assertAnswers(irisUrl(up));
    assert.deepEqual(copy.ports(), ports);
  });

  it("leaves the machine as it was after npm run down", async () => {
    const { code, text } = await copy.npm("down");
    assert.equal(code, 0, text);
    assert.deepEqual(copy.processes(), []);
    await assertUnchanged(machine, copy.key);
  });
});

function descendantsOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(descendantsOf)];
}

/** Proof that the tests above could fail. */
describe("A comparison of the machine's states", function () {
  this.timeout(30_000);

  /** Each is made in namespaces that end with the trial. */
  const changes = [
    {
      title: "a kernel setting",
      change: "echo 1 > /proc/sys/net/ipv4/ip_forward",
      wanted: /^sysctls: \+ net\/ipv4\/ip_forward = 1$/,
    },
    {
      title: "a link",
      change: "ip link add t0 type veth peer name t1",
      wanted: /^links: \+ .*"ifname":"t0"/,
    },
    {
      title: "an address",
      change: "ip address add 192.0.2.1/32 dev lo",
      wanted: /^addresses: \+ .*"local":"192\.0\.2\.1"/,
    },
    {
      title: "a route",
      change: "ip link set lo up; ip route add 192.0.2.0/24 dev lo",
      wanted: /^routes: \+ .*"dst":"192\.0\.2\.0\/24"/,
    },
    {
      title: "a routing rule",
      change: "ip rule add from 192.0.2.1 table 7",
      wanted: /^rules: \+ .*"src":"192\.0\.2\.1"/,
    },
    {
      title: "a table of nftables",
      change: "nft add table ip trial",
      wanted: /^nftables: \+ table ip trial/,
    },
    {
      title: "a mount",
      change: "mount -t tmpfs tmpfs /mnt",
      wanted: /^mounts: \+ .* \/mnt /,
    },
    {
      title: "the machine's resolver",
      change: "mount -t tmpfs tmpfs /mnt; echo x > /mnt/x; mount --bind /mnt/x /etc/resolv.conf",
      wanted: /^resolv\.conf: \+ x$/,
    },
    {
      title: "a file in a folder of a node's programs",
      change: "mount -t tmpfs tmpfs /opt; mkdir -p /opt/cni/bin; echo x > /opt/cni/bin/trial",
      wanted: /^folders: \+ \/opt\/cni\/bin\/trial$/,
    },
  ];
  for (const { title, change, wanted } of changes) {
    it(`notices ${title}`, async () => {
      const found = await changesBy(change);
      assert.ok(
        found.some((line) => wanted.test(line)),
        found.join("\n"),
      );
    });
  }

  it("notices a network namespace that is left", async () => {
    const before = await machineState("trial");
    const holder = execFile(inNamespaces, ["--net", "sleep", "20"]);
    try {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const found = differences(before, await machineState("trial"));
      assert.ok(
        found.some((line) => line === `network namespaces: + ${namespaceOf(holder.pid ?? 0)}`),
      );
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("notices a control group that is left", async () => {
    const before = await machineState("trial");
    const [folder = assert.fail("no control groups")] = ownCgroups(
      "inference-platform-trial-local",
    ).folders;
    mkdirSync(folder);
    try {
      const found = differences(before, await machineState("trial"));
      assert.ok(found.includes(`control groups: + ${folder}`), found.join("\n"));
    } finally {
      rmdirSync(folder);
    }
  });
});

/** The machine's own program that runs another one in new namespaces. */
const inNamespaces: string = "unshare";

/** What a comparison says after a line of shell in namespaces of its own. */
async function changesBy(change: string): Promise<readonly string[]> {
  const { path: tools } = await nodeTools(silent);
  const script = `
    import { execFileSync } from "node:child_process";
    import { differences, machineState } from "${checkoutRoot}/tests/support/machine-state.ts";
    const before = await machineState("trial");
    execFileSync("sh", ["-ec", process.argv[1]]);
    console.log(JSON.stringify(differences(before, await machineState("trial"))));`;
  const { stdout } = await promisify(execFile)(
    inNamespaces,
    [
      ...["--net", "--mount", "--propagation=private", process.execPath],
      ...["--input-type=module", "--eval", script, change],
    ],
    { env: { ...process.env, PATH: `${tools}:${process.env["PATH"]}` } },
  );
  const found: unknown = JSON.parse(stdout);
  return Array.isArray(found) ? found.map(String) : [];
}
