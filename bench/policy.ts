/** Start of the policy pack as the engine starts it, and what judging costs per resource. */
import { policyConfig } from "../policies/config.ts";
import { build } from "../stacks/build.ts";
import { type planStack, policyChoices } from "../stacks/plan.ts";
import { startPack } from "../tests/policies/pack-process.ts";
import { record } from "../tests/support/record.ts";
import { type Measure, median } from "./measure.ts";

const starts = 5;
const rounds = 20;

export async function measurePolicy(
  plan: ReturnType<typeof planStack>,
): Promise<readonly Measure[]> {
  const startTimes: number[] = [];
  for (let start = 0; start < starts; start++) {
    const pack = await startPack();
    startTimes.push(pack.startMs);
    await pack.stop();
  }
  return [
    {
      name: "policy pack, start to port",
      value: median(startTimes),
      unit: "ms",
      aim: "under 1200 ms",
    },
    {
      name: "policy pack, per resource of local",
      value: await millisecondsPerResource(plan),
      unit: "ms",
    },
  ];
}

async function millisecondsPerResource(plan: ReturnType<typeof planStack>): Promise<number> {
  const resources = (await record(() => build(plan), true)).map(({ type, name, inputs }) => ({
    type,
    name,
    props: inputs,
  }));
  const pack = await startPack();
  try {
    await pack.configure(policyConfig(policyChoices(plan)));
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      for (const resource of resources) await pack.analyze(resource);
      times.push((performance.now() - start) / resources.length);
    }
    return median(times);
  } finally {
    await pack.stop();
  }
}
