/** Requests at a steady rate to a server on this machine, each counted as answered or lost. */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What became of the requests. */
export interface LoadResult {
  readonly answered: number;
  /**
   * Requests that were sent a second time: the server had closed the kept connection before it saw them. Every client with a
   * pool of connections does so, because a server may close one at any time.
   * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1 (checked 2026-11)
   */
  readonly repeated: number;
  /** Why each lost request was lost, and when, in milliseconds from the start. */
  readonly lost: readonly string[];
}

/** What is sent, and how. */
export interface LoadArgs {
  /** Address on 127.0.0.1. */
  readonly url: string;
  readonly body: unknown;
  /** @default 25 */
  readonly requestsPerSecond?: number;
  /** Whether connections are used again, as clients with a pool do. @default false */
  readonly keepAlive?: boolean;
  /** A request that takes longer is lost. @default 10_000 */
  readonly timeoutMs?: number;
}

/** No load goes on for longer, whatever becomes of the test that started it. */
const longestMs = 240_000;

/** Starts sending. */
export class Load {
  readonly #args: Required<LoadArgs>;
  readonly #agent: Agent;
  readonly #start = Date.now();
  readonly #open = new Set<Promise<void>>();
  readonly #lost: string[] = [];
  #answered = 0;
  #repeated = 0;
  #stopped = false;
  readonly #sending: Promise<void>;

  constructor(args: LoadArgs) {
    const { hostname } = new URL(args.url);
    if (hostname !== "127.0.0.1") throw new Error(`load goes to this machine only: ${hostname}`);
    this.#args = { requestsPerSecond: 25, keepAlive: false, timeoutMs: 10_000, ...args };
    this.#agent = new Agent({ keepAlive: this.#args.keepAlive, maxSockets: 16 });
    this.#sending = this.#send();
  }

  /** How many requests were answered so far. */
  get answered(): number {
    return this.#answered;
  }

  /** How many requests were lost so far. */
  get lost(): number {
    return this.#lost.length;
  }

  /** Sends no more, and waits for the answers to what was sent. */
  async stop(): Promise<LoadResult> {
    this.#stopped = true;
    await this.#sending;
    await Promise.all(this.#open);
    this.#agent.destroy();
    return { answered: this.#answered, repeated: this.#repeated, lost: this.#lost };
  }

  async #send(): Promise<void> {
    const pause = 1_000 / this.#args.requestsPerSecond;
    while (!this.#stopped && Date.now() - this.#start < longestMs) {
      const one = this.#untilAnswered().then(
        () => void this.#answered++,
        (error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#lost.push(`${Date.now() - this.#start} ms: ${why}`);
        },
      );
      this.#open.add(one);
      void one.finally(() => this.#open.delete(one));
      await sleep(pause);
    }
  }

  async #untilAnswered(): Promise<void> {
    try {
      await this.#one(this.#agent);
    } catch (error) {
      if (!(error instanceof ClosedBefore)) throw error;
      this.#repeated++;
      await this.#one(new Agent());
    }
  }

  #one(agent: Agent): Promise<void> {
    const { url, body, timeoutMs } = this.#args;
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const sent = request(
        url,
        {
          method: "POST",
          agent,
          headers: { "content-type": "application/json" },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (answer) => {
          isAnswered = true;
          answer.resume();
          answer.once("end", () => {
            if (answer.statusCode === 200) resolve();
            else reject(new Error(`status ${answer.statusCode}`));
          });
          answer.once("error", reject);
        },
      );
      sent.once("error", (error) => {
        const isClosed = "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
        const isStale = sent.reusedSocket && !isAnswered && isClosed;
        reject(isStale ? new ClosedBefore(error.message) : error);
      });
      sent.end(JSON.stringify(body));
    });
  }
}

/** A kept connection was closed before anything came back. */
class ClosedBefore extends Error {}
