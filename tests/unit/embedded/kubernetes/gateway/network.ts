/** Servers and connections of one test, all closed at its end, and a folder for their sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../../../../embedded/kubernetes/gateway/dial.ts";
import { listen } from "../../../../../embedded/kubernetes/gateway/listen.ts";

/** What one test listens on and is connected to. */
export class TestNetwork {
  readonly folder = mkdtempSync(join(tmpdir(), "gateway-"));
  /** What the servers under test have logged. */
  readonly lines: string[] = [];
  readonly log = (line: string): void => {
    this.lines.push(line);
  };
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Listens on a unix socket, and returns its path. */
  async onSocket(name: string, server: Server): Promise<string> {
    await this.#start(server, { path: this.path(name) });
    return this.path(name);
  }

  /** Listens on a free port of 127.0.0.1, and returns it. */
  async onPort(server: Server): Promise<number> {
    await this.#start(server, { host: "127.0.0.1", port: 0 });
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    return address.port;
  }

  async #start(server: Server, at: Address): Promise<void> {
    this.#servers.push(server);
    server.on("connection", (socket: Socket) => this.#sockets.add(socket));
    await listen(server, at, this.log);
  }

  /** Serves TCP, and returns the port. */
  tcp(serve: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      serve(socket);
    });
    return this.onPort(server);
  }

  /** An open connection; errors are the test's to look at, or nobody's. */
  async open(address: Address): Promise<Socket> {
    const socket = this.track(connect({ ...address, allowHalfOpen: true }));
    await once(socket, "connect");
    return socket;
  }

  /** The two ends of one TCP connection. */
  async pair(): Promise<readonly [Socket, Socket]> {
    const server = createServer({ allowHalfOpen: true });
    const accepted: Promise<readonly Socket[]> = once(server, "connection");
    const here = await this.open({ host: "127.0.0.1", port: await this.onPort(server) });
    const [there] = await accepted;
    assert.ok(there !== undefined);
    return [here, this.track(there)];
  }

  /** Makes sure that a connection is closed in the end. */
  track(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on("error", () => {});
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Sends back what it gets, and ends when the other side does. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** All that comes until the other side ends. */
export async function received(socket: Socket): Promise<string> {
  return (await buffer(socket)).toString("latin1");
}

/** How a connection ends: with `end`, or with the code of an error. */
export function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("end", () => resolve("end"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.resume();
  });
}

/** Waits, five seconds at most, until `check` holds. */
export async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; !check(); tries++) {
    assert.ok(tries < 1_000, "it has not come to that");
    await sleep(5);
  }
}
