/** The request by which `up` shows that a service answers. */
import { setTimeout as sleep } from "node:timers/promises";
import { shellQuote } from "../embedded/engine/home.ts";
import type { ExampleRequest } from "../platform/plan/plan.ts";

/** What a service said to its example. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

/** A Service that is ready takes requests when every rule for its address is written. */
const patienceMs = 15_000;

/** Longer answers are cut off. */
const shownCharacters = 500;

/**
 * Sends the example, again for a while when nobody answers.
 * @param url of the service, for example `http://127.0.0.1:21234`
 * @param timeoutMs longest a request may take
 * @throws Error with the reason when nobody answers in time
 */
export async function sendExample(
  url: string,
  { path, body }: ExampleRequest,
  timeoutMs: number,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const start = performance.now();
    try {
      const answer = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.text();
      return { status: answer.status, text, milliseconds: performance.now() - start };
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** The example as a command for a person. */
export function curlOf(url: string, { path, body }: ExampleRequest): string {
  const json = shellQuote(JSON.stringify(body));
  return `curl ${shellQuote(url + path)} -H 'content-type: application/json' -d ${json}`;
}

/** `200 in 12 ms: {"predictions":["setosa"]}` */
export function answerText({ status, text, milliseconds }: Answer): string {
  const line = text.trim().replace(/\s+/g, " ");
  const shown = line.length > shownCharacters ? `${line.slice(0, shownCharacters)}...` : line;
  return `${status} in ${milliseconds.toFixed(0)} ms: ${shown}`;
}
