import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensureSettings,
  files,
  userIds,
  writeIfChanged,
} from "../../../../embedded/kubernetes/settings.ts";

let parent: string;
let folder: string;

function content(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

describe("settings of a control plane", () => {
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "settings-"));
    folder = join(parent, "control-plane");
  });

  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it("are made once and stay the same", async () => {
    const first = await ensureSettings(folder, false);
    const before = content();
    assert.deepEqual(await ensureSettings(folder, false), first);
    assert.deepEqual(content(), before);
  });

  it("have a port below those of outgoing connections and node ports", async () => {
    const { port } = await ensureSettings(folder, false);
    assert.ok(port >= 20_000 && port < 30_000);
  });

  it("have another token for each user, too long to guess", async () => {
    const { tokens } = await ensureSettings(folder, false);
    const all = userIds.map((user) => tokens[user]);
    assert.equal(new Set(all).size, 6);
    for (const token of all) assert.match(token, /^[0-9a-f]{64}$/);
  });

  it("are for their owner's eyes only", async () => {
    await ensureSettings(folder, false);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of readdirSync(folder))
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  });

  it("give each token its user and groups", async () => {
    const { tokens } = await ensureSettings(folder, false);
    assert.deepEqual(readFileSync(join(folder, files.tokens), "utf8").split("\n"), [
      `${tokens.admin},inference-platform-admin,admin,"system:masters"`,
      `${tokens["kube-controller-manager"]},system:kube-controller-manager,kube-controller-manager,""`,
      `${tokens["kube-scheduler"]},system:kube-scheduler,kube-scheduler,""`,
      `${tokens.kwok},inference-platform-kwok,kwok,""`,
      `${tokens.kubelet},system:node:this-machine,kubelet,"system:nodes"`,
      `${tokens["kube-proxy"]},system:kube-proxy,kube-proxy,""`,
      "",
    ]);
  });

  it("have a key that can sign tokens", async () => {
    await ensureSettings(folder, false);
    const key = createPrivateKey(readFileSync(join(folder, files.serviceAccountKey)));
    assert.deepEqual(
      [key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve],
      ["ec", "prime256v1"],
    );
  });

  it("change the port, and nothing else, when somebody else has taken it", async () => {
    const first = await ensureSettings(folder, false);
    const stranger = createServer().listen(first.port, "127.0.0.1");
    await once(stranger, "listening");
    try {
      assert.deepEqual(await ensureSettings(folder, true), first);
      const second = await ensureSettings(folder, false);
      assert.notEqual(second.port, first.port);
      assert.deepEqual(second.tokens, first.tokens);
    } finally {
      stranger.close();
    }
  });

  for (const text of ["", "null", '{"port":20000}', '{"port":20000,"tokens":{"admin":"a"}}']) {
    it(`are made anew when the file says ${JSON.stringify(text)}`, async () => {
      await ensureSettings(folder, false);
      writeFileSync(join(folder, files.settings), text);
      const { tokens } = await ensureSettings(folder, false);
      for (const user of userIds) assert.match(tokens[user], /^[0-9a-f]{64}$/);
    });
  }
});

describe("a private file", () => {
  it("is left alone when it already says so", () => {
    const home = mkdtempSync(join(tmpdir(), "private-"));
    try {
      const path = join(home, "file");
      writeIfChanged(path, "one");
      const { ino } = statSync(path);
      writeIfChanged(path, "one");
      assert.equal(statSync(path).ino, ino);
      writeIfChanged(path, "two");
      assert.equal(readFileSync(path, "utf8"), "two");
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
