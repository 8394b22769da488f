import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { modelBucket } from "../../../../../embedded/kubernetes/gateway/model-bucket.ts";
import { startOf } from "../../../../../embedded/process-table.ts";
import { received, TestNetwork, until } from "./network.ts";

let network: TestNetwork;
let port: number;

function ask(method: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path }, resolve).once("error", reject).end();
  });
}

async function get(path: string): Promise<Buffer> {
  const response = await ask("GET", path);
  assert.equal(response.statusCode, 200);
  return buffer(response);
}

/** The names in a tar, and the text of one file. */
function unpacked(tar: Buffer, file: string): { names: readonly string[]; text: string } {
  const run = (...args: readonly string[]): string =>
    spawnSync("tar", [...args], { input: tar, encoding: "utf8" }).stdout;
  return { names: run("-tf", "-").trim().split("\n").sort(), text: run("-xOf", "-", file) };
}

describe("model bucket", () => {
  beforeEach(async () => {
    network = new TestNetwork();
    const models = network.path("models");
    mkdirSync(`${models}/flowers/iris/1/weights`, { recursive: true });
    writeFileSync(`${models}/flowers/iris/1/model.json`, '{"trees":1}');
    writeFileSync(`${models}/flowers/iris/1/weights/0.bin`, Buffer.alloc(3_000_000, 7));
    writeFileSync(`${models}/empty`, "");
    writeFileSync(`${models}/packed.tar`, "a tar of somebody");
    writeFileSync(`${models}/packed.tar.gz`, "");
    writeFileSync(`${models}/packed.zip`, "");
    writeFileSync(`${models}/two words é`, "found");
    writeFileSync(network.path("secret"), "secret");
    symlinkSync("iris", `${models}/flowers/latest`);
    symlinkSync(network.path("secret"), `${models}/flowers/iris/1/link`);
    symlinkSync(network.folder, `${models}/outside`);
    port = await network.onPort(modelBucket(models, network.log));
  });
  afterEach(() => network.close());

  it("sends a folder as a tar, without what its links lead to elsewhere", async () => {
    const response = await ask("GET", "/flowers/iris/1.tar");
    assert.equal(response.headers["content-type"], "application/x-tar");
    const tar = await buffer(response);
    const { names, text } = unpacked(tar, "./model.json");
    assert.deepEqual(names, ["./", "./link", "./model.json", "./weights/", "./weights/0.bin"]);
    assert.equal(text, '{"trees":1}');
    assert.equal(tar.includes("secret\0"), true); // The name in the link,
    assert.equal(unpacked(tar, "./link").text, ""); // and nothing behind it.
  });

  it("sends a folder that a link in the bucket leads to", async () => {
    const { text } = unpacked(await get("/flowers/latest/1.tar"), "./model.json");
    assert.equal(text, '{"trees":1}');
  });

  it("sends a file as it is", async () => {
    const response = await ask("GET", "/flowers/iris/1/weights/0.bin");
    assert.equal(response.headers["content-type"], "application/octet-stream");
    assert.equal(response.headers["content-length"], "3000000");
    assert.ok((await buffer(response)).equals(Buffer.alloc(3_000_000, 7)));
  });

  it("sends an empty file", async () => {
    assert.equal((await get("/empty")).length, 0);
  });

  it("takes an encoded name, and no notice of a query", async () => {
    assert.equal((await get("/two%20words%20%C3%A9?x=/../..")).toString(), "found");
  });

  const types: readonly (readonly [string, string])[] = [
    ["/packed.tar", "application/x-tar"],
    ["/packed.tar.gz", "application/x-tar"],
    ["/packed.zip", "application/zip"],
    ["/flowers/iris/1/model.json", "application/octet-stream"],
  ];
  for (const [path, type] of types) {
    it(`says of ${path} what KServe expects: ${type}`, async () => {
      const response = await ask("HEAD", path);
      assert.deepEqual([response.statusCode, response.headers["content-type"]], [200, type]);
    });
  }

  it("answers HEAD without the content", async () => {
    const tar = await ask("HEAD", "/flowers/iris/1.tar");
    assert.deepEqual([tar.statusCode, await text(tar)], [200, ""]);
    const file = await ask("HEAD", "/flowers/iris/1/weights/0.bin");
    assert.deepEqual([file.headers["content-length"], await text(file)], ["3000000", ""]);
  });

  it("says in plain words that there is no such model", async () => {
    const response = await ask("GET", "/flowers/rose.tar");
    assert.equal(response.statusCode, 404);
    assert.equal(
      await text(response),
      'the model bucket has nothing at "/flowers/rose.tar": a folder is asked for as <path>.tar, a file as <path>\n',
    );
  });

  for (const method of ["PUT", "POST", "DELETE", "OPTIONS"]) {
    it(`refuses ${method}`, async () => {
      const response = await ask(method, "/empty");
      assert.deepEqual([response.statusCode, response.headers.allow], [405, "GET, HEAD"]);
    });
  }

  const ways: readonly string[] = [
    "/../secret",
    "/flowers/../../secret",
    "/..%2fsecret",
    "/%2e%2e/secret",
    "/%2E%2E%2Fsecret",
    "/flowers/..%2f..%2fsecret",
    "/flowers/%2e%2e/empty",
    "/flowers%2firis%2f1.tar",
    "/./empty",
    "//empty",
    "/empty/",
    "/empty%00",
    "/%",
    "/%ff",
    "/flowers/iris/1/link",
    "/outside.tar",
    "/outside/secret",
    "/outside/models/empty/",
    "/.tar",
    "/..tar",
    "/...tar",
    "/",
    "http://x/empty",
    "empty",
    "*",
    `/${"x".repeat(5_000)}`,
  ];
  for (const way of ways) {
    it(`has nothing at ${way.slice(0, 40)}`, async () => {
      const client = await network.open({ host: "127.0.0.1", port });
      client.write(`GET ${way} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const answer = await received(client);
      assert.match(answer, /^HTTP\/1\.1 40[04] /);
      assert.ok(!answer.endsWith("secret"));
    });
  }

  /** Runs `work` with only this script, or nothing, as the machine's `tar`. */
  async function withTar(script: string | undefined, work: () => Promise<void>): Promise<void> {
    const path = process.env["PATH"];
    if (script !== undefined) writeFileSync(network.path("tar"), script, { mode: 0o755 });
    process.env["PATH"] = script === undefined ? network.folder : `${network.folder}:${path}`;
    try {
      await work();
    } finally {
      process.env["PATH"] = path;
    }
  }

  it("says that it cannot pack, and why in its log", async () => {
    await withTar(undefined, async () => {
      const response = await ask("GET", "/flowers/iris/1.tar");
      assert.equal(response.statusCode, 500);
      assert.equal(
        await text(response),
        "this model could not be read; the log of the node's gateway says why\n",
      );
    });
    assert.deepEqual(network.lines, ['models: "/flowers/iris/1.tar": spawn tar ENOENT']);
  });

  it("does not pass a tar for complete that is not", async () => {
    const script = "#!/bin/sh\necho half\necho 'tar: x: Cannot open' >&2\nexit 2\n";
    await withTar(script, () => assert.rejects(get("/flowers/iris/1.tar"), { code: "ECONNRESET" }));
    assert.deepEqual(network.lines, [
      'models: "/flowers/iris/1.tar": tar ended with status 2: tar: x: Cannot open',
    ]);
  });

  it("ends the tar of a client that leaves", async () => {
    const pidFile = network.path("pid");
    await withTar(`#!/bin/sh\necho $$ > ${pidFile}\nexec yes\n`, async () => {
      const response = await ask("GET", "/flowers/iris/1.tar");
      response.destroy();
      await until(() => network.lines.length > 0);
    });
    assert.deepEqual(network.lines, ['models: "/flowers/iris/1.tar": Premature close']);
    const pid = Number(readFileSync(pidFile, "utf8"));
    await until(() => startOf(pid) === undefined);
  });
});
