/**
 * The answering side of `CONNECT`: the way into the node's network for all who can open the socket it listens on. The API
 * server is one of them. It reads the reason from the status line and nothing else of a refusal.
 * @see https://pkg.go.dev/k8s.io/apiserver@v0.36.2/pkg/server/egressselector (checked 2026-11)
 */
import { Resolver } from "node:dns/promises";
import { createServer, type Server } from "node:http";
import { isIPv4, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { dial } from "./dial.ts";
import { type Log, reasonOf } from "./log.ts";
import { pipeBoth } from "./pipe.ts";
import { parseTarget } from "./target.ts";

/** Finds the address of a host. */
export type Resolve = (host: string) => Promise<string>;

/** A server that dials `host:port` for each `CONNECT host:port`. */
export function connectProxy(log: Log, resolve: Resolve = resolveHere): Server {
  const server = createServer((_, response) => {
    response.writeHead(400, "Bad Request: not CONNECT", { connection: "close" }).end();
  });
  server.on("connect", (request, _, head) => {
    const client = request.socket;
    client.on("error", () => {}); // What became of it is looked at when the target answers.
    // At once: an end that comes before these bytes are back in their place would be taken for the end of all.
    if (head.length > 0) client.unshift(head);
    void answer(request.url ?? "", client, resolve, log);
  });
  server.on("clientError", (error, client) => {
    if (client.writable) refuse(client, `400 Bad Request: ${reasonOf(error)}`);
  });
  return server;
}

async function answer(wanted: string, client: Socket, resolve: Resolve, log: Log): Promise<void> {
  const target = parseTarget(wanted);
  if (target === undefined) {
    refuse(client, "400 Bad Request: not CONNECT host:port");
    return;
  }
  try {
    const far = await dial({ host: await resolve(target.host), port: target.port });
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    pipeBoth(client, far);
  } catch (error) {
    const reason = reasonOf(error);
    log(`CONNECT ${wanted}: ${reason}`);
    refuse(client, `502 Bad Gateway: ${reason}`);
  }
}

function refuse(client: Duplex, status: string): void {
  const answer = `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  client.end(answer, () => client.destroy());
}

/**
 * Asks the name servers of the namespace, named in its `/etc/resolv.conf`, anew each time: a cluster's names move. Not
 * `getaddrinfo`, of which only four run at once, each for up to 10 seconds while the cluster's DNS is away.
 */
async function resolveHere(host: string): Promise<string> {
  if (isIPv4(host)) return host;
  const [address] = await new Resolver({ timeout: 2_000, tries: 2 }).resolve4(host);
  if (address === undefined) throw new Error(`${host} has no address`);
  return address;
}
