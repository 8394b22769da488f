/** A small server over TLS that answers as a test says. Both sides know one key, so no certificate is needed. */
import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Connection } from "../../embedded/kubernetes/kubeconfig.ts";

/** What came in. */
export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** Parsed from JSON; `undefined` when there was none. */
  readonly body: unknown;
}

/** What goes out. `hang` answers never, `cut` closes the connection. */
export type Reply =
  | {
      /** @default 200 */
      readonly status?: number;
      readonly headers?: OutgoingHttpHeaders;
      /** Sent as JSON unless it is a string. */
      readonly body?: unknown;
    }
  | "hang"
  | "cut";

export interface ApiServer {
  readonly connection: Connection;
  /** Every request so far. */
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

const tls = { ciphers: "PSK-AES128-GCM-SHA256", maxVersion: "TLSv1.2" } as const;
const psk = Buffer.alloc(16, 7);

/** Starts a server that answers every request by `reply`. */
export async function startApiServer(reply: (request: Seen) => Reply): Promise<ApiServer> {
  const seen: Seen[] = [];
  const server = createServer({ ...tls, pskCallback: () => psk }, async (request, response) => {
    const text = await textOf(request);
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: text === "" ? undefined : JSON.parse(text) };
    seen.push(one);
    const answer = reply(one);
    if (answer === "hang") return;
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    const { status = 200, body = {} } = answer;
    response.writeHead(status, answer.headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const agent = new Agent({
    ...tls,
    keepAlive: true,
    pskCallback: () => ({ psk, identity: "test" }),
    checkServerIdentity: () => undefined,
  });
  return {
    connection: {
      server: new URL(`https://127.0.0.1:${portOf(server.address())}`),
      options: async () => ({ agent, headers: { authorization: "Bearer token" } }),
    },
    seen,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("the server has no port");
}
