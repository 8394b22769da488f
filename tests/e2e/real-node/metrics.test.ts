/** What an autoscaler reads: how much CPU and memory the pods of a real service use. */
import assert from "node:assert/strict";
import { z } from "zod";
import { amountOf } from "../../../embedded/clouds/kubernetes/quantity.ts";
import { Load } from "../../support/load.ts";
import { eventually, type RealStack, withRealStack } from "../../support/real-stack.ts";

const answerShape = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      containers: z.array(
        z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) }),
      ),
    }),
  ),
});

/** `amountOf` counts in billionths. */
const millicpu = 1_000_000n;
const mebibyte = 1_000n * millicpu * 1024n * 1024n;

describe("metrics of a real service", function () {
  this.timeout(120_000);
  let stack: RealStack;

  withRealStack((on) => {
    stack = on;
  });

  /** Use of the server's container of each pod. */
  async function usage(namespace: string) {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    const { items } = answerShape.parse(JSON.parse(await stack.client.text(path)));
    return items.map(({ metadata: { name }, containers }) => {
      const { cpu = "0", memory = "0" } =
        containers.find((one) => one.name === "server")?.usage ?? {};
      return { name, cpu: amountOf(cpu) ?? 0n, memory: amountOf(memory) ?? 0n };
    });
  }

  async function cpuOfAll(): Promise<bigint> {
    return (await usage("flowers")).reduce((sum, { cpu }) => sum + cpu, 0n);
  }

  it("tell of every pod, within what it asked for", async () => {
    const names = (await stack.pods()).map(({ metadata }) => metadata.name).toSorted();
    await eventually("metrics of all pods", async () => {
      const known = (await usage("flowers")).map(({ name }) => name);
      return names.every((name) => known.includes(name));
    });
    for (const { name, memory } of await usage("flowers")) {
      const mib = memory / mebibyte;
      assert.ok(mib > 20n && mib < 512n, `${name} uses ${mib} MiB`);
    }
  });

  it("rise with requests", async () => {
    await eventually("idle", async () => (await cpuOfAll()) < 20n * millicpu);
    const load = new Load({ ...stack.request, requestsPerSecond: 60 });
    try {
      await eventually("busy", async () => (await cpuOfAll()) > 40n * millicpu);
    } finally {
      await load.stop();
    }
  });

  it("tell nothing of simulated pods", async () => {
    assert.deepEqual(await usage("vision"), []);
  });
});
