import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot } from "../../embedded/paths.ts";
import { type CloudName, clouds as names } from "../../platform/contracts/cloud.ts";
import type { Cloud, Cluster } from "../../platform/contracts/cluster.ts";
import type { PoolPlan } from "../../platform/plan/plan.ts";
import { clouds } from "../../stacks/clouds.ts";
import { record } from "../support/record.ts";
import { planSmall } from "../support/small-stack.ts";

/** One change per field of a pool's plan; each must reach an input that matters. */
const changes: Readonly<Record<keyof PoolPlan, Partial<PoolPlan>>> = {
  name: { name: "other" },
  machine: { machine: "sim-l4-4" },
  nodes: { nodes: { min: 5, max: 5 } },
  labels: { labels: { "team/label": "x" } },
  taints: { taints: [{ key: "team", value: "search", effect: "NoSchedule" }] },
  capacity: { capacity: { cpu: 1, memoryMiB: 1024, ephemeralStorageMiB: 1024, pods: 7 } },
  node: { node: "this-machine" },
  provisioningSeconds: { provisioningSeconds: 1 },
};

/** Fields that the plan itself has used up: they shape time-outs, not the pool. */
const usedByPlan: readonly (keyof PoolPlan)[] = ["provisioningSeconds"];

describe("Clouds", () => {
  it("have the same file names in every folder", () => {
    const listings = names.map((cloud) => readdirSync(join(checkoutRoot, "components", cloud)));
    const own = new Set(names.map((cloud) => `${cloud}-provider.ts`));
    const shared = listings.map((files) => files.filter((file) => !own.has(file)).toSorted());
    for (const files of shared) assert.deepEqual(files, shared[0]);
  });

  for (const cloud of names) {
    describe(cloud, () => {
      const fields = Object.keys(changes) as (keyof PoolPlan)[];
      for (const field of fields.filter((field) => !usedByPlan.includes(field))) {
        it(`passes on a pool's ${field}`, async () => {
          const before = await poolInputs(cloud, {});
          const after = await poolInputs(cloud, changes[field]);
          assert.notDeepEqual(after, before);
        });
      }
    });
  }
});

/** Inputs of all that a cloud registers for one pool. */
async function poolInputs(name: CloudName, change: Partial<PoolPlan>) {
  const plan = planSmall();
  const pool = plan.pools["l4"] ?? assert.fail();
  const resources = await record(async () => {
    const cloud = await clouds[name]();
    buildPool(cloud, plan, { ...pool, ...change });
  }, true);
  return resources.map(({ type, inputs }) => ({ type, inputs }));
}

function buildPool<C extends Cluster<CloudName>>(
  cloud: Cloud<C>,
  plan: ReturnType<typeof planSmall>,
  pool: PoolPlan,
): void {
  const cluster = cloud.cluster(plan);
  cloud.nodePool(pool, cluster, { parent: cluster });
}
