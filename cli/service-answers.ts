/** Asks the services that run for real, so that `up` ends with an answer. */
import type { Forward } from "../embedded/kubernetes/node/processes.ts";
import type { PlatformPlan, ServicePlan } from "../platform/plan/plan.ts";
import { answerText, curlOf, sendExample } from "./example-request.ts";
import { realServices } from "./real-node.ts";

/** Longest wait for an answer; a first request may load more than later ones. */
const timeoutMs = 30_000;

/**
 * Lines for each real service: its address, its example as a command, and what came back.
 * @param forwards ports of this machine that lead to the services
 */
export async function askServices(
  plan: PlatformPlan,
  forwards: readonly Forward[],
): Promise<readonly string[]> {
  const lines = await Promise.all(realServices(plan).map((service) => ask(service, forwards)));
  return lines.flat();
}

async function ask(service: ServicePlan, forwards: readonly Forward[]): Promise<readonly string[]> {
  const { name, namespace, example } = service;
  const forward = forwards.find(({ host }) => host.startsWith(`${name}.${namespace}.`));
  if (forward === undefined) return [];
  const url = `http://127.0.0.1:${forward.port}`;
  const title = `Service ${namespace}/${name} is at ${url}`;
  if (example === undefined) return [title, ""];
  return [title, `  ${curlOf(url, example)}`, `  ${await answerOf(url, example)}`, ""];
}

async function answerOf(
  url: string,
  example: NonNullable<ServicePlan["example"]>,
): Promise<string> {
  try {
    return answerText(await sendExample(url, example, timeoutMs));
  } catch (error) {
    const why = error instanceof Error ? (error.cause ?? error) : error;
    return `no answer: ${why instanceof Error ? why.message : String(why)}`;
  }
}
