/** One stack with a real node for all tests that need one: brought up by the first of them, removed after the last of the run. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import {
  conditionOf,
  type KubernetesObject,
  readNumber,
} from "../../embedded/kubernetes/objects.ts";
import { CheckoutCopy } from "./checkout-copy.ts";
import type { LoadArgs } from "./load.ts";

/** The team whose pods run for real. */
export const namespace = "flowers";
const service = "iris";

/** Where the API has the service's objects. */
export const paths = {
  pods: `/api/v1/namespaces/${namespace}/pods`,
  deployment: `/apis/apps/v1/namespaces/${namespace}/deployments/${service}`,
  budget: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${service}`,
  policies: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
} as const;

/** The stack `local` of a copy of the checkout, with two replicas of `iris` on the real node. */
export class RealStack {
  readonly copy: CheckoutCopy;
  readonly client: KubernetesClient;
  /** Address on this machine that leads to the Service. */
  readonly url: string;
  /** A request for a prediction, to be sent many times. */
  readonly request: Pick<LoadArgs, "url" | "body">;

  constructor(copy: CheckoutCopy, url: string) {
    this.copy = copy;
    this.client = copy.client();
    this.url = url;
    this.request = predictionFrom(url);
  }

  /** Pods of the service, or of another workload whose pods have its name as label; those that end among them. */
  pods(name: string = service): Promise<readonly KubernetesObject[]> {
    return this.client.list(paths.pods, { labelSelector: `app.kubernetes.io/name=${name}` });
  }

  /** Waits until a Deployment has `replicas` ready pods, and no others. */
  async settled(replicas = 2, name: string = service): Promise<void> {
    await eventually(`${replicas} ready pods of ${name}, and no others`, async () => {
      const pods = await this.pods(name);
      return pods.length === replicas && pods.every(isReady);
    });
  }
}

/** A request for a prediction of a server at `url`. */
export function predictionFrom(url: string): Pick<LoadArgs, "url" | "body"> {
  return { url: `${url}/v1/models/iris:predict`, body: { instances: [[5.1, 3.5, 1.4, 0.2]] } };
}

/** Gives the tests of the current `describe` the stack. They leave it with two ready replicas. */
export function withRealStack(started: (stack: RealStack) => void): void {
  before(async function () {
    this.timeout(60 * 60_000); // The first run on a machine builds what the node takes.
    running ??= bringUp();
    const stack = await running;
    await stack.settled();
    started(stack);
  });
}

let copy: CheckoutCopy | undefined;
let running: Promise<RealStack> | undefined;

async function bringUp(): Promise<RealStack> {
  copy = new CheckoutCopy();
  const { code, stdout, text } = await copy.npm("up", "--node=real");
  assert.equal(code, 0, text);
  const url = new RegExp(`^Service ${namespace}/${service} is at (\\S+)$`, "m").exec(stdout)?.[1];
  assert.ok(url, text);
  return new RealStack(copy, url);
}

// Outside of every `describe`: mocha runs it after the last test of the run.
after(async function () {
  this.timeout(120_000);
  await copy?.remove();
});

/** Whether a pod takes requests. */
export function isReady(pod: KubernetesObject): boolean {
  return conditionOf(pod, "Ready")?.status === "True" && !isEnding(pod);
}

/** Whether a pod is being deleted. */
function isEnding({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** How often the server's container of a pod was restarted. */
export function restartsOf(pod: KubernetesObject | undefined): number {
  return readNumber(pod, "status", "containerStatuses", 0, "restartCount") ?? 0;
}

/** Waits until something is so. @throws Error when it is not so in time */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean>,
  timeoutMs = 90_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`after ${timeoutMs / 1_000} s not so: ${what}`);
    await sleep(250);
  }
}
