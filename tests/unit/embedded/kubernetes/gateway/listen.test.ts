import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { listen } from "../../../../../embedded/kubernetes/gateway/listen.ts";
import { echo, received, TestNetwork } from "./network.ts";

let network: TestNetwork;

describe("listening", () => {
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  it("makes a socket that only its owner can open", async () => {
    const before = process.umask();
    const path = await network.onSocket("a.sock", createServer());
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(process.umask(), before);
  });

  it("takes the place of a socket that a killed process has left", async () => {
    const path = network.path("a.sock");
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    assert.equal(spawnSync(process.execPath, ["-e", script]).signal, "SIGKILL");
    assert.ok(statSync(path).isSocket());
    await network.onSocket("a.sock", createServer({ allowHalfOpen: true }, echo));
    const client = await network.open({ path });
    client.end("hello");
    assert.equal(await received(client), "hello");
  });

  it("leaves a file alone that is no socket", async () => {
    const path = network.path("a.sock");
    writeFileSync(path, "precious");
    await assert.rejects(network.onSocket("a.sock", createServer()), { code: "EADDRINUSE" });
    assert.equal(readFileSync(path, "utf8"), "precious");
  });

  it("says that a port is taken", async () => {
    const port = await network.onPort(createServer());
    const second = listen(createServer(), { host: "127.0.0.1", port }, network.log);
    await assert.rejects(second, { code: "EADDRINUSE" });
  });

  it("goes on after a failure to take a connection", async () => {
    const server = createServer();
    const path = await network.onSocket("a.sock", server);
    server.emit("error", new Error("accept EMFILE"));
    assert.deepEqual(network.lines, [`${path}: accept EMFILE`]);
    assert.ok(server.listening);
  });
});
