/** A small server over TLS that answers as a test says. Both sides know one key, so no certificate is needed. */
import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
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
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(request);
    const body: unknown = sent === "" ? undefined : JSON.parse(sent);
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body };
    seen.push(one);
    const answer = reply(one);
    if (answer === "hang") return;
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    const { status = 200, body: content = {} } = answer;
    response.writeHead(status, answer.headers);
    response.end(typeof content === "string" ? content : JSON.stringify(content));
  };
  const server = createServer({ ...tls, pskCallback: () => psk }, (request, response) => {
    answerTo(request, response).catch((error: unknown) => server.emit("error", error));
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

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("the server has no port");
}
