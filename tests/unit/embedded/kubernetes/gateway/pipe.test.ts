import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { dial } from "../../../../../embedded/kubernetes/gateway/dial.ts";
import { abort, pipeBoth } from "../../../../../embedded/kubernetes/gateway/pipe.ts";
import { pipeServer } from "../../../../../embedded/kubernetes/gateway/pipe-server.ts";
import { echo, ending, received, TestNetwork, until } from "./network.ts";

let network: TestNetwork;

/** A unix socket whose connections continue at this port. */
function socketTo(port: number): Promise<string> {
  return network.onSocket(
    "a.sock",
    pipeServer(() => dial({ host: "127.0.0.1", port }), network.log),
  );
}

/** A port whose connections continue at this port. */
function portTo(port: number): Promise<number> {
  return network.onPort(pipeServer(() => dial({ host: "127.0.0.1", port }), network.log));
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("pipe server", () => {
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  it("hands on what is sent before the other side has answered", async () => {
    const client = await network.open({ path: await socketTo(await network.tcp(echo)) });
    client.end("hello");
    assert.equal(await received(client), "hello");
  });

  it("hands on what the other side sends first", async () => {
    const port = await network.tcp((socket) => socket.end("220 ready\r\n"));
    const client = await network.open({ path: await socketTo(port) });
    assert.equal(await received(client), "220 ready\r\n");
  });

  it("lets the other side answer after the client has ended", async () => {
    const port = await network.tcp((socket) => {
      received(socket).then(
        async (text) => {
          await sleep(20);
          socket.end(`got ${text}`);
        },
        () => {},
      );
    });
    const client = await network.open({ path: await socketTo(port) });
    client.end("all of it");
    assert.equal(await received(client), "got all of it");
  });

  it("lets the client go on after the other side has ended", async () => {
    let got = "";
    const port = await network.tcp((socket) => {
      socket.end("bye");
      socket.on("data", (bytes) => {
        got += bytes.toString("latin1");
      });
    });
    const client = await network.open({ path: await socketTo(port) });
    assert.equal(await received(client), "bye");
    client.end("one more thing");
    await once(client, "close");
    await until(() => got === "one more thing");
  });

  it("carries megabytes both ways at once, unchanged", async () => {
    const [up, down] = [randomBytes(8_000_000), randomBytes(8_000_000)];
    let atFar = "";
    const port = await network.tcp((socket) => {
      socket.end(down);
      buffer(socket).then(
        (bytes) => {
          atFar = digest(bytes);
        },
        () => {},
      );
    });
    const client = await network.open({ path: await socketTo(port) });
    client.end(up);
    assert.equal(digest(await buffer(client)), digest(down));
    await until(() => atFar !== "");
    assert.equal(atFar, digest(up));
  });

  it("takes no more from one side than the other reads", async () => {
    const port = await network.tcp((socket) => socket.pause());
    const client = await network.open({ path: await socketTo(port) });
    const megabyte = Buffer.alloc(1_000_000);
    let taken = 0;
    for (let i = 0; i < 64; i++) client.write(megabyte, () => taken++);
    for (let before = -1; before !== taken; await sleep(100)) before = taken;
    // The kernel's buffers hold a few megabytes, all the rest is still with the client.
    assert.ok(taken < 20, `${taken} MB`);
  });

  it("serves 200 connections at once", async () => {
    const path = await socketTo(await network.tcp(echo));
    const names = Array.from({ length: 200 }, (_, index) => `connection ${index}`);
    const answers = await Promise.all(
      names.map(async (name) => {
        const client = await network.open({ path });
        client.end(name);
        return received(client);
      }),
    );
    assert.deepEqual(answers, names);
  });

  it("resets the client when the other side is reset", async () => {
    const port = await network.tcp((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    const client = await network.open({ host: "127.0.0.1", port: await portTo(port) });
    client.write("x");
    assert.equal(await ending(client), "ECONNRESET");
  });

  it("resets the other side when the client is reset", async () => {
    const far = new Promise<string>((resolve, reject) => {
      network
        .tcp((socket) => {
          ending(socket).then(resolve, reject);
          socket.write("x");
        })
        .then(portTo)
        .then((port) => network.open({ host: "127.0.0.1", port }))
        .then((client) => client.once("data", () => client.resetAndDestroy()))
        .catch(reject);
    });
    assert.equal(await far, "ECONNRESET");
  });

  it("closes a client on a unix socket when the other side is reset", async () => {
    const port = await network.tcp((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    const client = await network.open({ path: await socketTo(port) });
    client.write("x");
    assert.equal(await ending(client), "end");
    client.write("y");
    await assert.rejects(once(client, "close"), { code: "EPIPE" });
  });

  it("resets the client when nobody listens on the other side, and says why", async () => {
    const open = () => dial({ path: network.path("gone.sock") });
    const port = await network.onPort(pipeServer(open, network.log));
    const client = await network.open({ host: "127.0.0.1", port });
    assert.equal(await ending(client), "ECONNRESET");
    assert.deepEqual(network.lines, [`connect ENOENT ${network.path("gone.sock")}`]);
  });

  it("goes on after a client that leaves before the other side has answered", async () => {
    const farEnds: Promise<string>[] = [];
    const farPort = await network.tcp((socket) => {
      farEnds.push(ending(socket));
      echo(socket);
    });
    const slow = async () => {
      await sleep(50);
      return dial({ host: "127.0.0.1", port: farPort });
    };
    const port = await network.onPort(pipeServer(slow, network.log));
    const hasty = await network.open({ host: "127.0.0.1", port });
    hasty.write("x");
    hasty.resetAndDestroy();
    await until(() => farEnds.length > 0);
    assert.deepEqual(await Promise.all(farEnds), ["ECONNRESET"]);
    const client = await network.open({ host: "127.0.0.1", port });
    client.end("still here");
    assert.equal(await received(client), "still here");
  });

  it("hands on that a client has ended that has sent nothing", async () => {
    const port = await network.tcp((socket) =>
      socket.once("end", () => socket.end("bye")).resume(),
    );
    const client = await network.open({ path: await socketTo(port) });
    client.end();
    assert.equal(await received(client), "bye");
  });
});

describe("pipe", () => {
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  /** Two connections made into one: what is outside, and between them the two ends that are piped. */
  async function piped() {
    const [client, near] = await network.pair();
    const [target, far] = await network.pair();
    return { client, near, far, target };
  }

  /** Writes until the kernel takes no more, so that what is written next has to wait. Returns how many bytes that were. */
  async function fill(socket: Socket): Promise<number> {
    const chunk = Buffer.alloc(16_000);
    for (let bytes = chunk.length; ; bytes += chunk.length) {
      const taken = new Promise<boolean>((resolve) => {
        socket.write(chunk, () => resolve(true));
      });
      if (!(await Promise.race([taken, sleep(50, false)]))) return bytes;
    }
  }

  function keepSending(socket: Socket): void {
    const timer = setInterval(() => socket.write("more"), 5).unref();
    socket.once("close", () => clearInterval(timer));
  }

  it("delivers the rest after the client has closed in order", async () => {
    const { client, near, far, target } = await piped();
    const before = await fill(far);
    pipeBoth(near, far);
    target.end();
    client.resume().end("the rest");
    await once(near, "close");
    assert.equal((await received(target)).slice(before), "the rest");
  });

  it("cuts off a target that goes on sending to a client that has gone", async () => {
    const { client, near, far, target } = await piped();
    pipeBoth(near, far);
    client.end("all of it");
    await once(target.resume(), "end");
    client.destroy();
    const cut = assert.rejects(once(target, "close"), { code: "EPIPE" });
    keepSending(target);
    await cut;
  });

  it("cuts off a target that still has to read the end of a client that has gone", async () => {
    const { client, near, far, target } = await piped();
    await fill(far);
    pipeBoth(near, far);
    client.end("the end");
    await until(() => far.writableEnded);
    client.destroy();
    const closed = once(far, "close");
    keepSending(target);
    await closed;
    assert.equal(far.writableFinished, false);
  });

  it("cuts off a connection whose end is just being announced", async () => {
    const [client] = await network.pair();
    client.end();
    await new Promise(process.nextTick);
    abort(client);
    await once(client, "close");
  });

  it("ends the other side when its owner gives one up", async () => {
    const { near, far, target } = await piped();
    pipeBoth(near, far);
    near.destroy();
    assert.equal(await ending(target), "ECONNRESET");
  });

  it("has no time limit once it is open", async () => {
    const socket = network.track(await dial({ host: "127.0.0.1", port: await network.tcp(echo) }));
    assert.equal(socket.timeout, 0);
  });
});
