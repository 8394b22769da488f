/** What tests of a real node ask of it, as a person would: the address that `up` printed, and its processes. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readString } from "../../embedded/kubernetes/objects.ts";
import type { CheckoutCopy, CommandResult } from "./checkout-copy.ts";

/** The processes of a real node, by what they are to it. None matches another one's command. */
export const nodeProcesses = {
  holder: /^unshare /,
  containerd: /^containerd --config/,
  kubelet: /^kubelet /,
  "kube-proxy": /^kube-proxy /,
  "node gateway": /^(?!sh |unshare ).*\/node-gateway\.ts /,
  "host gateway": /\/host-gateway\.ts /,
} as const;

/** Address of the service iris in what `up` printed. */
export function irisUrl({ stdout, text }: CommandResult): string {
  const url = /^Service flowers\/iris is at (http:\/\/127\.0\.0\.1:\d+)$/m.exec(stdout)?.[1];
  return url ?? assert.fail(`no address of iris:\n${text}`);
}

/** A flower of each of two classes, and their names. */
const flowers = [
  { measurements: [5.1, 3.5, 1.4, 0.2], class: "setosa" },
  { measurements: [6.3, 3.3, 6.0, 2.5], class: "virginica" },
];

/** Fails unless the service at `url` tells the classes of two flowers right, within a minute. */
export async function assertAnswers(url: string): Promise<void> {
  const wanted = flowers.map((flower) => flower.class);
  for (const end = Date.now() + 60_000; ; await sleep(200)) {
    try {
      assert.deepEqual(await classes(url), wanted);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

async function classes(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/v1/models/iris:predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ instances: flowers.map(({ measurements }) => measurements) }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  const body: unknown = JSON.parse(text);
  assert.ok(typeof body === "object" && body !== null && "predictions" in body, text);
  return body.predictions;
}

/** Ids of the copy's processes whose command matches. */
export function pidsOf(copy: CheckoutCopy, command: RegExp): readonly number[] {
  return copy
    .processes()
    .filter((process) => command.test(process.command))
    .map(({ pid }) => pid);
}

/** Waits until a condition holds. @throws AssertionError that names `what` after a minute */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await sleep(20)) {
    if (Date.now() > end) assert.fail(`waited a minute in vain until ${what}`);
  }
}

/** Names of the nodes on which pods of the service iris are. */
export async function irisNodes(copy: CheckoutCopy): Promise<readonly string[]> {
  const pods = await copy.client().list("/api/v1/namespaces/flowers/pods");
  const left = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return left.map((pod) => readString(pod, "spec", "nodeName") ?? "none").toSorted();
}
