/** One request to an API server: time-out, the retries that are safe, and errors that say what happened. */

import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "./kubeconfig.ts";
import { errorFromAnswer, errorFromTransport } from "./kubernetes-error.ts";

/** Entries that are `undefined` or `false` are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default "application/json" */
  readonly contentType?: string | undefined;
  /** @default 30_000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly body: string;
  /** What the API server warns of. */
  readonly warnings: readonly string[];
}

interface Received extends Answer {
  readonly status: number;
  /** When the server asks to come again; else `undefined`. */
  readonly retryAfterMs: number | undefined;
}

const defaultTimeoutMs = 30_000;

/** An API server that is busy or just starting answers 429; so often the request is repeated. */
const busyRetries = 10;

/**
 * Sends one request and returns its answer.
 * @throws KubernetesError for an answer of 400 or above, or none
 */
export async function exchange(connection: Connection, wanted: Exchange): Promise<Answer> {
  const timeout = AbortSignal.timeout(wanted.timeoutMs ?? defaultTimeoutMs);
  const signal = wanted.signal ? AbortSignal.any([timeout, wanted.signal]) : timeout;
  const received = await answered(connection, wanted, signal).catch((error: unknown) => {
    if (wanted.signal?.aborted) throw wanted.signal.reason;
    // Whatever was under way when the time ran out fails with words of its own.
    const why: unknown = timeout.aborted ? timeout.reason : error;
    throw errorFromTransport(titleOf(wanted), connection.server.origin, why);
  });
  if (received.status >= 400)
    throw errorFromAnswer(titleOf(wanted), received.status, received.body);
  return received;
}

function titleOf({ method, path }: Exchange): string {
  return `${method} ${path}`;
}

async function answered(
  connection: Connection,
  wanted: Exchange,
  signal: AbortSignal,
): Promise<Received> {
  for (let attempt = 0; ; attempt++) {
    const received = await onLiveSocket(connection, wanted, signal);
    if (received.status !== 429 || received.retryAfterMs === undefined || attempt === busyRetries)
      return received;
    await sleep(received.retryAfterMs, undefined, { signal });
  }
}

/**
 * A kept socket may have died since its last use, for example with an API server that was restarted; then the request was
 * not read and goes out again. A POST is left alone: it is the one method that must not arrive twice.
 */
async function onLiveSocket(
  connection: Connection,
  wanted: Exchange,
  signal: AbortSignal,
): Promise<Received> {
  for (;;) {
    try {
      return await send(connection, wanted, signal);
    } catch (error) {
      if (!(error instanceof StaleSocket)) throw error;
      if (wanted.method === "POST") throw error.cause;
    }
  }
}

/** The trouble is that of an old socket, not of the server. */
class StaleSocket extends Error {
  override readonly name = "StaleSocket";
}

async function send(
  connection: Connection,
  wanted: Exchange,
  signal: AbortSignal,
): Promise<Received> {
  const options = await connection.options();
  const body = wanted.body === undefined ? undefined : Buffer.from(JSON.stringify(wanted.body));
  const headers = {
    ...options.headers,
    accept: "application/json, */*",
    ...(body === undefined ? {} : bodyHeaders(body, wanted)),
  };
  return new Promise((resolve, reject) => {
    const url = urlOf(connection.server, wanted);
    const request = httpsRequest(
      url,
      { ...options, method: wanted.method, headers, signal },
      (response) => {
        receive(response).then(resolve, reject);
      },
    );
    request.on("error", (error) => {
      reject(
        request.reusedSocket && isReset(error) ? new StaleSocket("stale", { cause: error }) : error,
      );
    });
    request.end(body);
  });
}

/** Node leaves the length of a DELETE's body unsaid, and the server then reads the body as the next request. */
function bodyHeaders(body: Buffer, { contentType = "application/json" }: Exchange) {
  return { "content-type": contentType, "content-length": body.length };
}

function isReset(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

function urlOf(server: URL, { path, query = {} }: Exchange): URL {
  // A server's own path, for example that of a proxy in front of many clusters, comes first.
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== false) url.searchParams.set(key, String(value));
  }
  return url;
}

async function receive(response: IncomingMessage): Promise<Received> {
  return {
    status: response.statusCode ?? 0,
    body: await text(response),
    warnings: warningsIn(response.headersDistinct["warning"] ?? []),
    retryAfterMs: secondsIn(response.headers["retry-after"]),
  };
}

/** A warning reads `299 - "text"`, quotes inside it escaped. */
function warningsIn(headers: readonly string[]): readonly string[] {
  return headers.flatMap((header) =>
    [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
      text.replace(/\\(.)/g, "$1"),
    ),
  );
}

function secondsIn(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
