import assert from "node:assert/strict";
import { LocalCluster } from "../../components/local/cluster.ts";
import { LocalNodePool } from "../../components/local/node-pool.ts";
import { emptySite, type Site } from "../../platform/contracts/site.ts";
import { record, resourceList } from "../support/record.ts";
import { inBothModes, one } from "../support/record-both.ts";
import { planSmallAt, siteWithRealNode } from "../support/small-stack.ts";

function buildPool(site: Site, name: "cpu" | "l4"): LocalNodePool {
  const plan = planSmallAt(site);
  const cluster = new LocalCluster(plan);
  const pool = plan.pools[name] ?? assert.fail();
  return new LocalNodePool(pool, cluster, { parent: cluster });
}

describe("Local node pool", () => {
  describe("makes the simulated nodes of the plan", () => {
    inBothModes(
      () => buildPool(emptySite, "l4"),
      (resources) => {
        const nodes = one(resources, "local:index:NodePool", "l4-nodes");
        assert.equal(nodes.parent, "l4");
        assert.equal(nodes.provider, "small-nodes");
        assert.deepEqual(nodes.inputs, {
          name: "l4",
          count: 3,
          machine: "sim-l4-1",
          labels: planSmallAt(emptySite).pools["l4"]?.labels,
          taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
          capacity: {
            cpu: "8",
            memory: "32Gi",
            "ephemeral-storage": "200Gi",
            pods: "110",
            "nvidia.com/gpu": "1",
          },
        });
      },
    );
  });

  describe("makes no nodes where it has the real one", () => {
    inBothModes(
      () => buildPool(siteWithRealNode, "cpu"),
      (resources) => {
        assert.deepEqual(resourceList(resources).toSorted(), [
          "inference-platform:local:Cluster small",
          "inference-platform:local:NodePool cpu <- small",
          "pulumi:providers:kubernetes small-kubernetes <- small",
          "pulumi:providers:local small-nodes <- small",
        ]);
      },
    );
  });

  it("names the real node", async () => {
    const named: (readonly string[])[] = [];
    await record(() => {
      const { nodes } = buildPool(siteWithRealNode, "cpu");
      return nodes.apply((names) => named.push(names));
    }, false);
    assert.deepEqual(named, [["this-machine"]]);
  });
});
