import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { connectThrough } from "../../../../../embedded/kubernetes/gateway/connect.ts";
import { connectProxy } from "../../../../../embedded/kubernetes/gateway/connect-proxy.ts";
import { pipeServer } from "../../../../../embedded/kubernetes/gateway/pipe-server.ts";
import { echo, ending, received, TestNetwork, until } from "./network.ts";

let network: TestNetwork;
let proxy: string;

/** The cluster's DNS of these tests. */
const names: Readonly<Record<string, string>> = {
  "iris.flowers.svc.cluster.local": "127.0.0.1",
};

async function resolve(host: string): Promise<string> {
  const address = /^[\d.]+$/.test(host) ? host : names[host];
  if (address === undefined) throw new Error(`queryA ENOTFOUND ${host}`);
  return address;
}

/** What the proxy answers to these bytes. */
async function answerTo(bytes: string): Promise<string> {
  const client = await network.open({ path: proxy });
  client.write(bytes);
  return received(client);
}

async function through(host: string, port: number) {
  return network.track(await connectThrough(proxy, host, port));
}

/** A port on which nobody listens. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await network.onPort(server);
  server.close();
  return port;
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("CONNECT", () => {
  beforeEach(async () => {
    network = new TestNetwork();
    proxy = await network.onSocket("node.sock", connectProxy(network.log, resolve));
  });
  afterEach(() => network.close());

  it("answers as the API server expects, and pipes from then on", async () => {
    const port = await network.tcp(echo);
    const client = await network.open({ path: proxy });
    // As `tunnelHTTPConnect` of the API server writes it; bytes behind the header are the target's.
    client.end(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nhello`);
    assert.equal(await received(client), "HTTP/1.1 200 Connection established\r\n\r\nhello");
  });

  it("leads to a DNS name", async () => {
    const client = await through("iris.flowers.svc.cluster.local", await network.tcp(echo));
    client.end("hello");
    assert.equal(await received(client), "hello");
  });

  it("asks for the address of a name anew each time", async () => {
    const asked: string[] = [];
    proxy = await network.onSocket(
      "counting.sock",
      connectProxy(network.log, async (host) => {
        asked.push(host);
        return "127.0.0.1";
      }),
    );
    const port = await network.tcp(echo);
    await through("a.svc", port);
    await through("a.svc", port);
    assert.deepEqual(asked, ["a.svc", "a.svc"]);
  });

  it("loses nothing of what the target sends first", async () => {
    for (let i = 0; i < 20; i++) {
      const port = await network.tcp((socket) => socket.end("220 ready\r\n"));
      assert.equal(await received(await through("127.0.0.1", port)), "220 ready\r\n");
    }
  });

  it("loses nothing that comes in one piece with the header of the answer", async () => {
    const server = createServer((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 Connection established\r\n\r\n220 ready"));
    });
    proxy = await network.onSocket("greeting.sock", server);
    assert.equal(await received(await through("127.0.0.1", 1)), "220 ready");
  });

  it("lets the target answer after the client has ended", async () => {
    const port = await network.tcp((socket) => {
      received(socket).then(
        (text) => socket.end(`got ${text}`),
        () => {},
      );
    });
    const client = await through("127.0.0.1", port);
    client.end("all of it");
    assert.equal(await received(client), "got all of it");
  });

  it("lets the client go on after the target has ended", async () => {
    let got = "";
    const port = await network.tcp((socket) => {
      socket.end("bye");
      socket.on("data", (bytes) => {
        got += bytes.toString("latin1");
      });
    });
    const client = await through("127.0.0.1", port);
    assert.equal(await received(client), "bye");
    client.end("one more thing");
    await until(() => got === "one more thing");
  });

  it("has no time limit once it is open", async () => {
    assert.equal((await through("127.0.0.1", await network.tcp(echo))).timeout, 0);
  });

  it("carries megabytes both ways at once, unchanged", async () => {
    const bytes = randomBytes(8_000_000);
    const client = await through("127.0.0.1", await network.tcp(echo));
    client.end(bytes);
    assert.equal(digest(await buffer(client)), digest(bytes));
  });

  it("serves 200 connections at once", async () => {
    const port = await network.tcp(echo);
    const texts = Array.from({ length: 200 }, (_, index) => `connection ${index}`);
    const answers = await Promise.all(
      texts.map(async (text) => {
        const client = await through("127.0.0.1", port);
        client.end(text);
        return received(client);
      }),
    );
    assert.deepEqual(answers, texts);
  });

  it("closes the client when the target is reset", async () => {
    const port = await network.tcp((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    const client = await through("127.0.0.1", port);
    client.write("x");
    assert.equal(await ending(client), "end");
  });

  it("refuses with the reason when nobody listens", async () => {
    const port = await unusedPort();
    const reason = `connect ECONNREFUSED 127.0.0.1:${port}`;
    assert.equal(
      await answerTo(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`),
      `HTTP/1.1 502 Bad Gateway: ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    assert.deepEqual(network.lines, [`CONNECT 127.0.0.1:${port}: ${reason}`]);
    await assert.rejects(connectThrough(proxy, "127.0.0.1", port), {
      message: `no way to 127.0.0.1:${port}: 502 Bad Gateway: ${reason}`,
    });
  });

  it("refuses with the reason when nobody knows the name", async () => {
    await assert.rejects(connectThrough(proxy, "rose.flowers.svc", 80), {
      message: "no way to rose.flowers.svc:80: 502 Bad Gateway: queryA ENOTFOUND rose.flowers.svc",
    });
  });

  const badRequests: readonly (readonly [string, string])[] = [
    ["that is no CONNECT", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["without a port", "CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["with port 0", "CONNECT 127.0.0.1:0 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["with a port that is too large", "CONNECT 127.0.0.1:65536 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["with an address that is none", "CONNECT 127.0.0.256:80 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["with a name that is none", "CONNECT -x-:80 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["with a URL", "CONNECT http://127.0.0.1:80/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["that is no HTTP", "hello\r\n\r\n"],
    ["with a header without end", `CONNECT 127.0.0.1:80 HTTP/1.1\r\nX: ${"x".repeat(100_000)}`],
  ];
  for (const [title, bytes] of badRequests) {
    it(`refuses a request ${title}`, async () => {
      assert.match(await answerTo(bytes), /^HTTP\/1\.1 400 Bad Request: [ -~]+\r\n/);
    });
  }

  it("goes on after all kinds of clients that leave", async () => {
    const port = await network.tcp(echo);
    const request = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const bytes of ["", "CONN", request, `${request}hello`]) {
      const client = await network.open({ path: proxy });
      client.write(bytes, () => client.destroy());
    }
    await sleep(50);
    const client = await through("127.0.0.1", port);
    client.end("still here");
    assert.equal(await received(client), "still here");
  });

  it("goes on after a client that leaves before it is refused", async () => {
    const slow = async (host: string): Promise<string> => {
      await sleep(30);
      return resolve(host);
    };
    proxy = await network.onSocket("slow.sock", connectProxy(network.log, slow));
    const client = await network.open({ path: proxy });
    client.write("CONNECT rose.svc:80 HTTP/1.1\r\nHost: x\r\n\r\n", () => client.destroy());
    await until(() => network.lines.length > 0);
    assert.equal(
      await received(await through("127.0.0.1", await network.tcp((socket) => socket.end("here")))),
      "here",
    );
  });

  it("tells who asks that there is no gateway", async () => {
    const missing = network.path("missing.sock");
    await assert.rejects(connectThrough(missing, "127.0.0.1", 80), {
      message: `connect ENOENT ${missing}`,
    });
  });

  it("tells who asks that the gateway ended instead of answering", async () => {
    const dying = await network.onSocket(
      "dying.sock",
      createServer((socket) => socket.destroy()),
    );
    await assert.rejects(connectThrough(dying, "127.0.0.1", 80), /socket hang up|ECONNRESET|EPIPE/);
  });

  describe("behind a port", () => {
    function forwardTo(host: string, port: number): Promise<number> {
      const open = () => connectThrough(proxy, host, port);
      return network.onPort(pipeServer(open, network.log));
    }

    it("leads to a name in the node's network", async () => {
      const port = await forwardTo("iris.flowers.svc.cluster.local", await network.tcp(echo));
      const client = await network.open({ host: "127.0.0.1", port });
      client.end("hello");
      assert.equal(await received(client), "hello");
    });

    it("resets the client at once when the node refuses, and says why", async () => {
      const target = await unusedPort();
      const port = await forwardTo("127.0.0.1", target);
      const client = await network.open({ host: "127.0.0.1", port });
      assert.equal(await ending(client), "ECONNRESET");
      const reason = `connect ECONNREFUSED 127.0.0.1:${target}`;
      assert.deepEqual(network.lines, [
        `CONNECT 127.0.0.1:${target}: ${reason}`,
        `no way to 127.0.0.1:${target}: 502 Bad Gateway: ${reason}`,
      ]);
    });
  });
});
