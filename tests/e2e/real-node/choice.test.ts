/** When a stack has a real node, and when simulated ones. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildsRoot } from "../../../embedded/paths.ts";
import { CheckoutCopy, type CommandResult, finished } from "../../support/checkout-copy.ts";
import { assertUnchanged, machineState } from "../../support/machine-state.ts";
import { assertAnswers, irisNodes, irisUrl } from "../../support/real-node.ts";

const simulatedTable = /^flowers\/iris +fastapi +2\/2 +iris-\S+ +cpu-\d +simulated$/m;

describe("Without root, npm run up", function () {
  this.timeout(120_000);
  let copy: CheckoutCopy;

  before(() => {
    copy = new CheckoutCopy();
    const folder = dirname(copy.root);
    for (const name of ["state", "home", "cache"]) mkdirSync(join(folder, name));
    chmodSync(folder, 0o755);
    execFileSync("chown", ["--recursive", `${nobody}:${nobody}`, folder]);
  });
  after(async () => {
    await asNobody(copy, "npm", "run", "--silent", "down");
    await copy.remove();
  });

  it("refuses --node=real before it builds or starts anything, and names all that is missing", async () => {
    const { code, stdout, stderr } = await asNobody(
      copy,
      ...["env", "PATH=/nowhere", process.execPath, "cli/boot.cjs", "up", "--node=real"],
    );
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.deepEqual(stderr.trim().split("\n"), [
      "--node=real: this machine cannot have a real node:",
      "  - the command unshare is missing (util-linux)",
      "  - the command nsenter is missing (util-linux)",
      "  - the command mount is missing (mount)",
      "  - the command tar is missing (tar)",
      "  - the command apt-get is missing (apt; the node's tools and images are made of Debian packages)",
      "  - the command dpkg-deb is missing (dpkg)",
      "  - root is missing: run it as root, for example with sudo -E",
      "With --node=simulated nothing of this is needed.",
    ]);
    assert.deepEqual(copy.processes(), []);
  });

  it("says how to get a real node, and goes on with simulated ones", async () => {
    const { code, stdout, stderr, text } = await asNobody(copy, "npm", "run", "--silent", "up");
    assert.equal(code, 0, text);
    assert.match(
      stderr,
      /^✓ simulated node: root is missing: run it as root, for example with sudo -E$/m,
    );
    assert.match(stdout, simulatedTable);
    assert.doesNotMatch(stdout, /https?:\/\//, "no address that cannot answer");
  });
});

describe("As root, npm run up", function () {
  this.timeout(180_000);
  let copy: CheckoutCopy;

  before(() => {
    copy = new CheckoutCopy();
  });
  after(() => copy.remove());

  it("takes simulated nodes with --node=simulated, and nothing of a real one", async () => {
    const machine = await machineState(copy.key);
    const up = await copy.npm("up", "--node=simulated");
    assertSimulated(up);
    assert.match(up.stdout, /^Stack local is up: 28 created\.$/m);
    await assertUnchanged(machine, copy.key);
  });

  it("takes a real node in place of the simulated ones", async () => {
    const up = await copy.npm("up", "--node=real");
    assert.equal(up.code, 0, up.text);
    assert.match(up.stderr, /^✓ real node: this machine has what it takes$/m);
    assert.match(up.stdout, /^flowers\/iris +fastapi +2\/2 +iris-\S+ +this-machine *$/m);
    assert.deepEqual(await irisNodes(copy), ["this-machine", "this-machine"]);
    await assertAnswers(irisUrl(up));
    assert.deepEqual(await nodesOf(copy), ["l4-0", "l4-1", "this-machine"]);
  });

  it("takes simulated nodes in place of the real one, and ends that without a trace", async () => {
    const up = await copy.npm("up", "--node=simulated");
    assertSimulated(up);
    assert.deepEqual(await nodesOf(copy), ["cpu-0", "cpu-1", "l4-0", "l4-1"]);
    assert.deepEqual(
      copy.processes().filter(({ command }) => /kubelet|containerd|gateway|unshare/.test(command)),
      [],
    );
  });

  it("takes the real node again", async () => {
    const up = await copy.npm("up");
    assert.equal(up.code, 0, up.text);
    assert.deepEqual(await irisNodes(copy), ["this-machine", "this-machine"]);
    await assertAnswers(irisUrl(up));
    const again = await copy.npm("up");
    assert.match(again.stdout, /^Stack local is up: nothing to change\.$/m, again.text);
  });

  function assertSimulated({ code, stdout, stderr, text }: CommandResult): void {
    assert.equal(code, 0, text);
    assert.match(stderr, /^✓ simulated node: asked for$/m);
    assert.match(stdout, simulatedTable);
    assert.doesNotMatch(stdout, /https?:\/\//, "no address that cannot answer");
  }
});

async function nodesOf(copy: CheckoutCopy): Promise<readonly (string | undefined)[]> {
  const nodes = await copy.client().list("/api/v1/nodes");
  return nodes.map(({ metadata }) => metadata.name).toSorted();
}

/** A user without rights, by its number on every Linux. */
const nobody = 65534;

/**
 * Runs a command in the copy as a user without rights. It sees this machine's builds at a folder that it may enter, so
 * that nothing is built anew.
 */
function asNobody(copy: CheckoutCopy, ...command: readonly string[]): Promise<CommandResult> {
  const folder = dirname(copy.root);
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  return finished(
    copy.start("unshare", [
      ...["--mount", "--propagation=private", "sh", "-c", script, "sh"],
      ...[dirname(buildsRoot()), join(folder, "cache")],
      ...["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "env"],
      ...[`HOME=${join(folder, "home")}`, `INFERENCE_PLATFORM_CACHE=${join(folder, "cache")}`],
      ...command,
    ]),
  );
}
