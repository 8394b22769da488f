/** The stack `local` from nothing to nothing, run as a person runs it; with a real node: `real-node/`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckoutCopy } from "../support/checkout-copy.ts";
import { clusterObjects } from "../support/cluster-objects.ts";

/** The same result on every machine. */
const simulated = "--node=simulated";

describe("npm run up and npm run down", function () {
  this.timeout(180_000);
  let copy: CheckoutCopy;
  let clean: readonly string[];

  before(() => {
    copy = new CheckoutCopy();
  });
  after(() => copy.remove());

  it("are not needed for plain pulumi to plan the stack, which leaves the checkout as it is", async () => {
    const settings = readFileSync(join(copy.root, "stacks", "Pulumi.local.yaml"));
    const { code, text } = await copy.shell(
      "pulumi stack init local && pulumi preview -s local --non-interactive --color=never",
    );
    assert.equal(code, 0, text);
    assert.match(text, /\+ 28 to create/);
    assert.match(text, /npm run up/, "says how to start the cluster that it could not ask");
    assert.deepEqual(readFileSync(join(copy.root, "stacks", "Pulumi.local.yaml")), settings);
  });

  it("bring up both services on their pools and say where they run", async () => {
    const { code, stdout, text } = await copy.npm("up", simulated);
    assert.equal(code, 0, text);
    assert.match(stdout, /^Stack local is up: 2\d created\.$/m);
    assert.match(stdout, /flowers\/iris +fastapi +2\/2 +iris-\S+ +cpu-\d +simulated/);
    assert.match(stdout, /vision\/resnet50 +triton +2\/2 +resnet50-\S+ +l4-\d +simulated/);
    assert.match(stdout, /^Policy: \d+ rules, 0 violations/m);
    assert.match(stdout, /export KUBECONFIG=\S*/);
    assert.match(stdout, /^Took \d/m);
    assert.doesNotMatch(stdout, /https?:\/\//, "no address that cannot answer");
    clean = await clusterObjects(copy.client());
    assert.equal(clean.filter((line) => line.startsWith("Pod of")).length, 4);
  });

  it("listen on this machine only", () => {
    assert.ok(copy.ports().length > 0);
    for (const address of copy.ports()) assert.match(address, /^127\.0\.0\.1:/);
  });

  it("change nothing the second time", async () => {
    const { code, stdout, text } = await copy.npm("up", simulated);
    assert.equal(code, 0, text);
    assert.match(stdout, /^Stack local is up: nothing to change\.$/m);
    assert.deepEqual(await clusterObjects(copy.client()), clean);
  });

  it("change only what a changed spec asks for", async () => {
    copy.edit(
      "stacks/local.yaml",
      "iris: { from: flowers/iris, replicas: 2 }",
      "iris: { from: flowers/iris, replicas: 3 }",
    );
    const { stdout, text } = await copy.npm("up", simulated);
    assert.match(stdout, /^Stack local is up: 1 updated, 2\d unchanged\.$/m, text);
    assert.match(stdout, /flowers\/iris +fastapi +3\/3/);
    copy.restore("stacks/local.yaml");
    await copy.npm("up", simulated);
    assert.deepEqual(await clusterObjects(copy.client()), clean);
  });

  it("leave plain pulumi at home in the same stack", async () => {
    const { code, text } = await copy.shell(
      "pulumi preview -s local --non-interactive --expect-no-changes",
    );
    assert.equal(code, 0, text);
  });

  it("find and repair what kubectl changed", async () => {
    const scale = `kubectl -n flowers patch deployment iris --type=merge -p '{"spec":{"replicas":1}}'`;
    const remove = "kubectl -n vision delete service resnet50";
    const changed = await copy.shell(`${scale} && ${remove}`);
    assert.equal(changed.code, 0, changed.text);
    const refresh = await copy.shell(
      "pulumi refresh -s local --preview-only --non-interactive --color=never",
    );
    assert.equal(refresh.code, 0, refresh.text);
    const drift = refresh.text
      .split("\n")
      .filter((line) => /::?.* (update|delete)( \[|$)/.test(line.trimEnd()));
    assert.deepEqual(drift.map((line) => line.trim()).toSorted(), [
      "-  kubernetes:core/v1:Service resnet50-service delete",
      "~  kubernetes:apps/v1:Deployment iris-deployment update [diff: ~spec]",
    ]);
    const { stdout, text } = await copy.npm("up", simulated);
    assert.match(stdout, /^Stack local is up: /m, text);
    assert.deepEqual(await clusterObjects(copy.client()), clean);
    assert.match((await copy.npm("up", simulated)).stdout, /nothing to change/);
  });

  it("refuse a bad spec with every problem and touch nothing", async () => {
    copy.edit("stacks/local.yaml", "nodes: 2", "nodes: { min: 3, max: 1 }");
    copy.edit("services/vision/resnet50.yaml", "memory: 8GiB", "memory: 8Gi");
    const { code, stdout, stderr } = await copy.npm("up", simulated);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^2 problems, nothing was changed:$/m);
    assert.match(stderr, /^services\/vision\/resnet50\.yaml:\d+:\d+ resources\.memory: got "8Gi"/m);
    assert.match(stderr, /^stacks\/local\.yaml:\d+:\d+ pools\.cpu\.nodes: got min 3 above max 1/m);
    assert.doesNotMatch(stderr, /^ +at /m, "no stack trace");
    copy.restore("stacks/local.yaml");
    copy.restore("services/vision/resnet50.yaml");
    assert.deepEqual(await clusterObjects(copy.client()), clean);
  });

  it("refuse an embedded stack whose spec has another name", async () => {
    copy.edit("stacks/local.yaml", "name: local", "name: other");
    const { code, stderr } = await copy.npm("up", simulated);
    assert.equal(code, 1);
    assert.match(stderr, /^stacks\/local\.yaml: name: got "other" .* fix: write "local"$/m);
    copy.restore("stacks/local.yaml");
  });

  it("create nothing on a mandatory violation", async () => {
    copy.edit(
      "platform/plan/pod.ts",
      "allowPrivilegeEscalation: false",
      "allowPrivilegeEscalation: true",
    );
    const { code, stderr, stdout } = await copy.npm("up", simulated);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /wl-no-priv-escalation \(mandatory\): /);
    assert.match(stderr, /Nothing was changed: a mandatory rule is violated\./);
    copy.restore("platform/plan/pod.ts");
    assert.deepEqual(await clusterObjects(copy.client()), clean);
  });

  it("leave no object, process, lock, port or file behind", async () => {
    const { code, text } = await copy.npm("down");
    assert.equal(code, 0, text);
    assert.deepEqual(copy.processes(), []);
    assert.deepEqual(copy.ports(), []);
    assert.equal(copy.stateUrns(), undefined);
    assert.deepEqual(
      copy.stateFiles().filter((file) => /^stacks\/|locks\//.test(file)),
      [],
    );
    assert.equal((await copy.npm("down")).code, 0, "safe to repeat");
  });
});
