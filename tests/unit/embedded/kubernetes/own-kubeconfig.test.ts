import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connectionOf } from "../../../../embedded/kubernetes/kubeconfig.ts";
import {
  mergedKubeconfig,
  ownClient,
  ownKubeconfigFiles,
} from "../../../../embedded/kubernetes/own-kubeconfig.ts";

const first = `
clusters:
  - { name: kind-a, cluster: { server: "https://127.0.0.1:1001", certificate-authority: ca.pem } }
users:
  - { name: kind-a, user: { token: top-secret-token } }
contexts:
  - { name: kind-a, context: { cluster: kind-a, user: kind-a } }
`;

const second = `
clusters:
  - { name: kind-a, cluster: { server: "https://127.0.0.1:9999" } }
  - { name: k3d-b, cluster: { server: "https://127.0.0.1:1002" } }
users:
  - { name: k3d-b, user: { client-certificate: cert.pem, client-key: /keys/key.pem } }
contexts:
  - { name: k3d-b, context: { cluster: k3d-b, user: k3d-b } }
  - { name: across, context: { cluster: k3d-b, user: kind-a } }
current-context: k3d-b
`;

describe("one's own kubeconfig", () => {
  let folder = "";
  const write = (file: string, text: string): string => {
    const path = join(folder, file);
    mkdirSync(resolve(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "own-kubeconfig-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [title, value, files] of [
    ["what KUBECONFIG lists", "/a/one:two", ["/a/one", resolve("two")]],
    ["the usual file when KUBECONFIG is empty", "", [join(homedir(), ".kube", "config")]],
    ["the usual file without KUBECONFIG", undefined, [join(homedir(), ".kube", "config")]],
  ] as const) {
    it(`is ${title}`, () => assert.deepEqual(ownKubeconfigFiles({ KUBECONFIG: value }), files));
  }

  it("is put together from its files: the first of a name counts, paths start at their file", () => {
    const files = [write("a/config", first), join(folder, "nowhere"), write("b/config", second)];
    const { text, title } = mergedKubeconfig(files);
    assert.equal(title, files.join(", "));
    assert.deepEqual(JSON.parse(text), {
      clusters: [
        {
          name: "kind-a",
          cluster: {
            server: "https://127.0.0.1:1001",
            "certificate-authority": join(folder, "a", "ca.pem"),
          },
        },
        { name: "k3d-b", cluster: { server: "https://127.0.0.1:1002" } },
      ],
      users: [
        { name: "kind-a", user: { token: "top-secret-token" } },
        {
          name: "k3d-b",
          user: {
            "client-certificate": join(folder, "b", "cert.pem"),
            "client-key": "/keys/key.pem",
          },
        },
      ],
      contexts: [
        { name: "kind-a", context: { cluster: "kind-a", user: "kind-a" } },
        { name: "k3d-b", context: { cluster: "k3d-b", user: "k3d-b" } },
        { name: "across", context: { cluster: "k3d-b", user: "kind-a" } },
      ],
      "current-context": "k3d-b",
    });
  });

  it("may have a context whose cluster and user stand in different files", async () => {
    write("a/ca.pem", "PEM");
    const files = [write("a/config", first), write("b/config", second)];
    const { text } = mergedKubeconfig(files);
    const across = connectionOf(text, { context: "across" });
    assert.equal(across.server.href, "https://127.0.0.1:1002/");
    const { headers } = await across.options();
    assert.deepEqual(headers, { authorization: "Bearer top-secret-token" });
    const { agent } = await connectionOf(text, { context: "kind-a" }).options();
    assert.ok(agent instanceof Agent);
    assert.equal(String(agent.options.ca), "PEM");
  });

  it("names the contexts that there are when the one asked for is not there", () => {
    const file = write("c", second);
    assert.throws(() => ownClient("kind-mine", {}, [file]), {
      name: "Failure",
      message: `${file}: no context is named "kind-mine"; there are: k3d-b, across`,
    });
  });

  it("says where it was looked for", () => {
    const files = [join(folder, "no"), join(folder, "none")];
    assert.throws(() => mergedKubeconfig(files), {
      name: "Failure",
      message: `there is no kubeconfig at ${files.join(", ")}; fix: set KUBECONFIG to the file`,
    });
    assert.throws(() => mergedKubeconfig([folder]), /^Failure: the kubeconfig .* cannot be read/);
  });

  it("is never quoted, because it holds secrets", () => {
    const file = write("broken", `${first}  token: "top-secret-token\n  - ]`);
    assert.throws(
      () => mergedKubeconfig([file]),
      (error) => {
        assert.match(String(error), /broken: .* at line \d+/);
        assert.doesNotMatch(String(error), /secret/);
        return true;
      },
    );
  });
});
