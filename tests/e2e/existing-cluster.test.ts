/** A stack on a cluster that somebody else has made: here an embedded one, behind an ordinary kubeconfig. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dependencyVersion } from "../../embedded/engine/versions.ts";
import { parsedKubeconfig } from "../../embedded/kubernetes/kubeconfig.ts";
import { applyNode, simulatedNode } from "../../embedded/kubernetes/nodes.ts";
import { readString } from "../../embedded/kubernetes/objects.ts";
import { CheckoutCopy, type CommandResult, finished } from "../support/checkout-copy.ts";
import { clusterObjects } from "../support/cluster-objects.ts";
import { eventually } from "../support/control-plane.ts";
import { startTestCluster, type TestCluster } from "../support/test-cluster.ts";

const spec = "stacks/kind.yaml";
const version = dependencyVersion("@pulumi/kubernetes");
const variables = ["KUBECONFIG", "PULUMI_HOME"] as const;

describe("a stack on a cluster that exists", function () {
  this.timeout(180_000);
  const outside = variables.map((name) => [name, process.env[name]] as const);
  let cluster: TestCluster;
  let copy: CheckoutCopy;
  /** Holds the kubeconfig and the Pulumi home of the person. */
  let folder: string;
  /** What others have in the cluster. */
  let theirs: readonly string[];
  /** The same, with the stack. */
  let all: readonly string[];

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the control plane.
    cluster = await startTestCluster("existing");
    copy = new CheckoutCopy();
    folder = mkdtempSync(join(tmpdir(), "person "));
    process.env["KUBECONFIG"] = join(folder, "config");
    process.env["PULUMI_HOME"] = join(folder, "pulumi");
    writeKubeconfig();
    const capacity = { cpu: "4", memory: "16Gi" };
    await applyNode(cluster.client, simulatedNode({ name: "worker", pool: "theirs", capacity }));
    await makeTheirs();
    theirs = await clusterObjects(cluster.client);
  });

  after(async () => {
    await copy.remove();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const [name, value] of outside) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  /** As kind writes it, but with its authority in a file beside it; the current context is another one's. */
  function writeKubeconfig(servers: { readonly kind?: string } = {}): void {
    const own = parsedKubeconfig(readFileSync(cluster.kubeconfig, "utf8"), "own");
    const authority = readString(own, "clusters", 0, "cluster", "certificate-authority-data") ?? "";
    writeFileSync(join(folder, "ca.pem"), Buffer.from(authority, "base64"));
    const server = servers.kind ?? readString(own, "clusters", 0, "cluster", "server");
    const entry = (name: string, to: string | undefined) => ({
      name,
      cluster: { server: to, "certificate-authority": "ca.pem" },
    });
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [entry("kind-kind", server), entry("gone", "https://127.0.0.1:1")],
      users: [{ name: "admin", user: { token: token() } }],
      contexts: ["kind-kind", "gone"].map((name) => ({
        name,
        context: { cluster: name, user: "admin", namespace: "theirs" },
      })),
      "current-context": "gone",
    };
    writeFileSync(join(folder, "config"), JSON.stringify(config));
  }

  function token(): string {
    const own = parsedKubeconfig(readFileSync(cluster.kubeconfig, "utf8"), "own");
    return readString(own, "users", 0, "user", "token") ?? assert.fail();
  }

  /** Somebody's namespace with a service of the name of one of ours. */
  async function makeTheirs(): Promise<void> {
    const metadata = { name: "iris", namespace: "theirs" };
    const by = { fieldManager: "somebody" };
    await cluster.client.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "theirs" } },
      by,
    );
    await cluster.client.apply(
      { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }] } },
      by,
    );
    await eventually("its account", () =>
      cluster.client.get("/api/v1/namespaces/theirs/serviceaccounts/default"),
    );
  }

  /** Puts a program where the official provider would be installed: it says that it ran, and is the embedded one. */
  function installOfficial(): { readonly started: () => boolean; readonly remove: () => void } {
    const name = "pulumi-resource-kubernetes";
    const plugin = join(folder, "pulumi", "plugins", `resource-kubernetes-v${version}`);
    const trace = join(folder, "started");
    const main = join(copy.root, "embedded/clouds/kubernetes/main.ts");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(
      join(plugin, name),
      `#!/bin/sh\necho started >>'${trace}'\nexec '${process.execPath}' '${main}' "$@"\n`,
      { mode: 0o755 },
    );
    rmSync(trace, { force: true });
    return {
      started: () => {
        const ran = readIfThere(trace) !== undefined;
        rmSync(trace, { force: true });
        return ran;
      },
      remove: () => rmSync(plugin, { recursive: true }),
    };
  }

  function up(): Promise<CommandResult> {
    return copy.npm("up", "kind");
  }

  function down(...flags: readonly string[]): Promise<CommandResult> {
    return copy.npm("down", "kind", ...flags);
  }

  /** Of the stack, relative to its own folder of state. */
  const recordFile = () =>
    copy.stateFiles().find((file) => file.endsWith("stacks/kind/cluster.json"));

  it("is refused in plain words when its context is not there", async () => {
    copy.edit(spec, "context: kind-kind", "context: kind-kimd");
    const { code, stdout, stderr } = await up();
    copy.restore(spec);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^\S.*config: no context is named "kind-kimd"; there are: kind-kind, gone$/m,
    );
    assert.doesNotMatch(stderr, /^ +at /m, "no stack trace");
    assert.deepEqual(await clusterObjects(cluster.client), theirs);
  });

  it("is refused when the cluster of its context does not answer", async () => {
    copy.edit(spec, "context: kind-kind", "context: gone");
    const { code, stderr } = await up();
    copy.restore(spec);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^the cluster of context "gone" cannot be used: .*127\.0\.0\.1:1.*; fix: start it/m,
    );
    assert.doesNotMatch(stderr, /--forget/, "there is nothing to forget");
  });

  it("is refused where somebody else has a namespace of a team's name", async () => {
    const metadata = { name: "flowers", labels: { "inference-platform/stack": "another" } };
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata };
    await cluster.client.apply(namespace, { fieldManager: "somebody" });
    const { code, stderr } = await up();
    const path = "/api/v1/namespaces/flowers";
    await cluster.client.remove(path);
    await eventually("its end", async () => ((await cluster.client.get(path)) ? undefined : true));
    assert.equal(code, 1);
    assert.match(stderr, /^the cluster has namespaces .* not of the stack "kind": flowers; fix: /m);
    assert.deepEqual(await clusterObjects(cluster.client), theirs);
  });

  it("has no choice of nodes", async () => {
    const { code, stderr } = await copy.npm("up", "kind", "--node", "simulated");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^--node=simulated: the nodes of an existing cluster are not ours to change$/m,
    );
  });

  it("is brought up beside what is there, by the embedded provider where there is no other", async () => {
    const { code, stdout, text } = await up();
    assert.equal(code, 0, text);
    assert.match(text, /✓ Kubernetes provider: embedded \(the official \S+ is not installed\)/);
    assert.match(stdout, /^Stack kind is up on kind-kind: 1\d created\.$/m);
    assert.match(stdout, /flowers\/iris +fastapi +2\/2 +iris-\S+ +worker +simulated/);
    assert.match(stdout, /^Note: kubernetes\.use: whether its nodes have room/m);
    assert.match(stdout, /^ {2}kubectl --context 'kind-kind' get pods -A$/m);
    assert.doesNotMatch(stdout, /port-forward/, "no address that cannot answer");
    all = await clusterObjects(cluster.client);
    assert.deepEqual(
      theirs.filter((line) => !all.includes(line)),
      [],
    );
    assert.equal(all.filter((line) => line.startsWith("Pod of flowers/")).length, 2);
  });

  it("starts nothing that stays", () => {
    assert.deepEqual(copy.processes(), []);
  });

  it("keeps neither the person's credentials nor the place of their kubeconfig", () => {
    for (const file of copy.stateFiles().filter((name) => /\.(json|bak|log|yaml)$/.test(name))) {
      const text = copy.stateText(file);
      assert.ok(!text.includes(token()), file);
      assert.ok(!text.includes(folder), file);
    }
  });

  it("changes nothing the second time, also by plain pulumi", async () => {
    const { stdout, text } = await up();
    assert.match(stdout, /^Stack kind is up on kind-kind: nothing to change\.$/m, text);
    assert.deepEqual(await clusterObjects(cluster.client), all);
    const preview = "pulumi preview -s kind --non-interactive --expect-no-changes";
    const line = `eval "$(npm run --silent env -- kind)" && ${preview}`;
    const plain = await finished(copy.start("bash", ["-c", line]));
    assert.equal(plain.code, 0, plain.text);
  });

  it("changes what its spec asks for, and sets right what somebody changed", async () => {
    await cluster.client.remove("/api/v1/namespaces/flowers/services/iris");
    copy.edit(spec, "replicas: 2", "replicas: 3");
    const { code, stdout, text } = await up();
    assert.equal(code, 0, text);
    assert.match(stdout, /flowers\/iris +fastapi +3\/3/);
    copy.restore(spec);
    await up();
    assert.deepEqual(await clusterObjects(cluster.client), all);
  });

  it("stays with the provider that made it, when the official one comes later", async () => {
    const official = installOfficial();
    const { code, text } = await up();
    assert.equal(code, 0, text);
    assert.match(text, /provider: embedded \(which made this stack; "npm run down -- kind" first/);
    assert.equal(official.started(), false);
    official.remove();
  });

  it("does not follow its context to another cluster", async () => {
    const file = recordFile() ?? assert.fail();
    const record = copy.stateText(file);
    copy.writeState(file, record.replace(/"uid": "\S+"/, '"uid": "of-another"'));
    for (const command of [up, down]) {
      const { code, stderr } = await command();
      assert.equal(code, 1);
      assert.match(
        stderr,
        /"kind-kind" leads to another cluster than the one that the stack "kind"/,
      );
      assert.match(stderr, /npm run down -- kind --forget/);
    }
    copy.writeState(file, record);
    assert.deepEqual(await clusterObjects(cluster.client), all);
  });

  it("does not move to a cluster of its own", async () => {
    const local = readFileSync(join(copy.root, "stacks/local.yaml"), "utf8");
    copy.write(spec, local.replace("name: local", "name: kind"));
    const { code, stderr } = await up();
    copy.restore(spec);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^the stack "kind" is on the cluster of context "kind-kind", and its spec now names another/m,
    );
  });

  it("can be forgotten when its cluster is gone", async () => {
    writeKubeconfig({ kind: "https://127.0.0.1:1" });
    const stopped = await down();
    assert.equal(stopped.code, 1);
    assert.match(stopped.stderr, /"kind-kind" cannot be used: .*--forget/s);
    const forgotten = await down("--forget");
    writeKubeconfig();
    assert.equal(forgotten.code, 0, forgotten.text);
    assert.equal(recordFile(), undefined);
    assert.deepEqual(await clusterObjects(cluster.client), all);
  });

  it("is made by the official provider where the person has it", async () => {
    const official = installOfficial();
    const { code, stdout, text } = await up();
    assert.equal(code, 0, text);
    assert.match(
      text,
      new RegExp(`provider: official \\(${version.replaceAll(".", "\\.")}, from `),
    );
    assert.match(stdout, /^Stack kind is up on kind-kind: /m);
    assert.equal(official.started(), true);
    official.remove();
  });

  it("is refused when the provider that made it is gone", async () => {
    const { code, stderr } = await up();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /was made with the official Kubernetes provider .* not installed any more/,
    );
    assert.match(stderr, /"npm run down -- kind" first/);
  });

  it("is taken down without a trace, and nothing of others is touched", async () => {
    const { code, text } = await down();
    assert.equal(code, 0, text);
    assert.deepEqual(await clusterObjects(cluster.client), theirs);
    assert.deepEqual(
      copy.stateFiles().filter((file) => /^stacks\/|locks\//.test(file)),
      [],
    );
    assert.deepEqual(copy.processes(), []);
    assert.equal((await down()).code, 0, "safe to repeat");
  });
});

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
