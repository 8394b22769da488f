import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connectionOf,
  type KubeconfigOptions,
  kubeconfigText,
} from "../../../../embedded/kubernetes/kubeconfig.ts";

const two = `
apiVersion: v1
kind: Config
clusters:
  - { name: near, cluster: { server: "https://127.0.0.1:6443" } }
  - { name: far, cluster: { server: "https://far.example.com/proxy", tls-server-name: real.example.com } }
users:
  - { name: token, user: { token: secret } }
  - { name: none, user: {} }
contexts:
  - { name: one, context: { cluster: near, user: token } }
  - { name: two, context: { cluster: far, user: none } }
  - { name: lost, context: { cluster: gone, user: token } }
current-context: one
`;

async function authorizationOf(text: string, options?: KubeconfigOptions): Promise<unknown> {
  const { headers } = await connectionOf(text, options).options();
  return Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === "authorization",
  )?.[1];
}

describe("kubeconfig", () => {
  it("leads to the server of its current context, with its user's token", async () => {
    assert.equal(connectionOf(two).server.href, "https://127.0.0.1:6443/");
    assert.equal(await authorizationOf(two), "Bearer secret");
  });

  it("leads to the server of another context that is asked for", async () => {
    assert.equal(
      connectionOf(two, { context: "two" }).server.href,
      "https://far.example.com/proxy",
    );
    assert.equal(await authorizationOf(two, { context: "two" }), undefined);
  });

  it("keeps one agent for all requests, which keeps its sockets and checks certificates", async () => {
    const connection = connectionOf(two, { context: "two" });
    const [first, second] = [await connection.options(), await connection.options()];
    assert.ok(first.agent instanceof Agent);
    assert.equal(first.agent, second.agent);
    const { keepAlive, rejectUnauthorized, servername } = first.agent.options;
    assert.deepEqual(
      { keepAlive, rejectUnauthorized, servername },
      {
        keepAlive: true,
        rejectUnauthorized: true,
        servername: "real.example.com",
      },
    );
  });

  const mistakes: readonly (readonly [string, string, KubeconfigOptions, string])[] = [
    [
      "a context that is not there",
      two,
      { context: "three" },
      'no context is named "three"; there are: one, two, lost',
    ],
    [
      "a cluster that is not there",
      two,
      { context: "lost" },
      'no cluster is named "gone"; there are: near, far',
    ],
    ["no current context", "apiVersion: v1", {}, 'no context is named ""; there are: none'],
    [
      "a server without TLS",
      two.replace("https://127", "http://127"),
      {},
      'server of cluster "near" is http://127.0.0.1:6443; it must start with https://',
    ],
    [
      "a cluster without a server",
      two.replace('server: "https://127.0.0.1:6443"', ""),
      {},
      "clusters[0].cluster.server is missing",
    ],
    ["a list", "- a", {}, "this is no kubeconfig"],
  ];
  for (const [title, text, options, message] of mistakes) {
    it(`says what is wrong with ${title}`, () => {
      assert.throws(() => connectionOf(text, { title: "my.yaml", ...options }), {
        name: "Failure",
        message: `my.yaml: ${message}`,
      });
    });
  }

  it("says where it is not YAML", () => {
    assert.throws(() => connectionOf("a: [", { title: "my.yaml" }), {
      name: "Failure",
      message: /^my\.yaml: .*line 1/s,
    });
  });

  it("of the control plane leads back to what it was made of", async () => {
    const text = kubeconfigText({
      name: "x",
      server: "https://127.0.0.1:1",
      authority: "PEM",
      token: "t",
    });
    const connection = connectionOf(text);
    const { agent } = await connection.options();
    assert.ok(agent instanceof Agent);
    assert.equal(String(agent.options.ca), "PEM");
    assert.equal(connection.server.host, "127.0.0.1:1");
    assert.equal(await authorizationOf(text), "Bearer t");
  });

  describe("with files", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("finds them relative to its folder", async () => {
      writeFileSync(join(folder, "ca.crt"), "AUTHORITY");
      const text = two.replace('6443"', '6443", certificate-authority: ca.crt');
      const { agent } = await connectionOf(text, { folder }).options();
      assert.ok(agent instanceof Agent);
      assert.equal(String(agent.options.ca), "AUTHORITY");
    });

    it("asks a credential plugin for the token", async () => {
      const plugin = join(folder, "plugin");
      const credential = { kind: "ExecCredential", status: { token: "from-plugin" } };
      writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
      chmodSync(plugin, 0o700);
      const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, args: [] }`;
      assert.equal(await authorizationOf(two.replace("token: secret", exec)), "Bearer from-plugin");
    });
  });
});
