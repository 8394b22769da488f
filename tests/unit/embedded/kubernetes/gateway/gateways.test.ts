import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { freePort } from "../../../../../embedded/kubernetes/ports.ts";
import { checkoutRoot } from "../../../../../embedded/paths.ts";
import { echo, ending, received, TestNetwork } from "./network.ts";

let network: TestNetwork;
let children: ChildProcess[];

/** Another address of this machine, as the node has one besides 127.0.0.1. */
const nodeAddress = "127.0.0.2";

function start(program: string, args: readonly string[]) {
  const path = join(checkoutRoot, "embedded", "kubernetes", "gateway", program);
  const child = spawn(process.execPath, [path, ...args], {
    cwd: network.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  return child;
}

/** Starts a program, and waits for its first line, without the time. */
async function firstLine(program: string, args: readonly string[]): Promise<string> {
  const line: readonly unknown[] = await once(createInterface(start(program, args).stderr), "line");
  return String(line[0]).replace(/^\S+ /, "");
}

async function exchange(host: string, port: number, message: string): Promise<string> {
  const client = await network.open({ host, port });
  client.end(message);
  return received(client);
}

describe("gateways", () => {
  beforeEach(() => {
    network = new TestNetwork();
    children = [];
  });
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    network.close();
  });

  it("lead from the machine to the node and back, and end in order", async () => {
    mkdirSync(network.path("models/iris"), { recursive: true });
    writeFileSync(network.path("models/iris/model.json"), "{}");
    const apiServer = await network.tcp((socket) => {
      received(socket).then(
        (asked) => socket.end(`api: ${asked}`),
        () => {},
      );
    });
    const pod = await network.tcp(echo);
    const nodeApiPort = await freePort();
    const modelsPort = await freePort([nodeApiPort]);
    const [forward = 0, broken = 0] = [await freePort(), await freePort()];

    const nodeLine = await firstLine("node-gateway.ts", [
      ...["--connect-socket=node.sock", "--api-socket=api.sock", `--api-port=${nodeApiPort}`],
      ...[`--address=${nodeAddress}`, "--models=models", `--models-port=${modelsPort}`],
    ]);
    assert.equal(
      nodeLine,
      `node-gateway listens on node.sock, 127.0.0.1:${nodeApiPort}, ${nodeAddress}:${nodeApiPort}, ${nodeAddress}:${modelsPort}`,
    );
    const hostLine = await firstLine("host-gateway.ts", [
      ...["--connect-socket=node.sock", "--api-socket=api.sock", `--api-port=${apiServer}`],
      ...[`--forward=${forward}=127.0.0.1:${pod}`, `--forward=${broken}=127.0.0.1:1`],
    ]);
    assert.equal(
      hostLine,
      `host-gateway listens on api.sock, 127.0.0.1:${forward}, 127.0.0.1:${broken}`,
    );

    assert.equal(await exchange("127.0.0.1", forward, "to the pod"), "to the pod");
    assert.equal(await exchange("127.0.0.1", nodeApiPort, "kubelet"), "api: kubelet");
    assert.equal(await exchange(nodeAddress, nodeApiPort, "pod"), "api: pod");
    const refused = await network.open({ host: "127.0.0.1", port: broken });
    assert.equal(await ending(refused), "ECONNRESET");
    const model = await fetch(`http://${nodeAddress}:${modelsPort}/iris/model.json`);
    assert.equal(await model.text(), "{}");

    const openEnds = ending(await network.open({ host: "127.0.0.1", port: forward }));
    const ended = children.map((child) => once(child, "exit"));
    for (const child of children) child.kill("SIGTERM");
    assert.deepEqual(await Promise.all(ended), [
      [0, null],
      [0, null],
    ]);
    assert.match(await openEnds, /^(end|ECONNRESET)$/);
    assert.ok(!existsSync(network.path("node.sock")) && !existsSync(network.path("api.sock")));
  });

  it("cut off a client when the other gateway is not there", async () => {
    const forward = await freePort();
    const args = ["--connect-socket=node.sock", "--api-socket=api.sock", "--api-port=1"];
    await firstLine("host-gateway.ts", [...args, `--forward=${forward}=127.0.0.1:80`]);
    const client = await network.open({ host: "127.0.0.1", port: forward });
    assert.equal(await ending(client), "ECONNRESET");
  });

  const cannotStart: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["node-gateway.ts", [], /^\S+ node-gateway cannot start: --connect-socket is missing\n$/],
    ["host-gateway.ts", ["--x"], /^\S+ host-gateway cannot start: Unknown option '--x'[^\n]*\n$/],
  ];
  for (const [program, args, message] of cannotStart) {
    it(`say in one line why ${program} cannot start with wrong arguments`, async () => {
      const child = start(program, args);
      const [said, exit] = await Promise.all([text(child.stderr), once(child, "exit")]);
      assert.match(said, message);
      assert.deepEqual(exit, [1, null]);
    });
  }

  it("say in one line that a port is taken", async () => {
    const port = await network.onPort(createServer());
    const args = ["--connect-socket=node.sock", "--api-socket=api.sock", "--api-port=1"];
    const child = start("host-gateway.ts", [...args, `--forward=${port}=127.0.0.1:80`]);
    const [said, exit] = await Promise.all([text(child.stderr), once(child, "exit")]);
    assert.match(said, /^\S+ host-gateway cannot start: listen EADDRINUSE[^\n]*\n$/);
    assert.deepEqual(exit, [1, null]);
  });
});
