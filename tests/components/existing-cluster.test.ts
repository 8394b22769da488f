import assert from "node:assert/strict";
import { ExistingCluster } from "../../components/existing/cluster.ts";
import { resourceList } from "../support/record.ts";
import { inBothModes, one } from "../support/record-both.ts";

describe("Existing cluster", () => {
  const kubeconfig = process.env["KUBECONFIG"];
  before(() => {
    process.env["KUBECONFIG"] = "/home/somebody/.kube/config";
  });
  after(() => {
    if (kubeconfig === undefined) delete process.env["KUBECONFIG"];
    else process.env["KUBECONFIG"] = kubeconfig;
  });

  const build = () => new ExistingCluster("mine", { cloud: "local", context: "kind-mine" });

  describe("registers its provider and nothing else", () => {
    inBothModes(build, (resources) => {
      assert.deepEqual(resourceList(resources).toSorted(), [
        "inference-platform:existing:Cluster mine",
        "pulumi:providers:kubernetes mine-kubernetes <- mine",
      ]);
    });
  });

  describe("names its context, and nothing of the machine that runs it", () => {
    inBothModes(build, (resources) => {
      const { inputs } = one(resources, "pulumi:providers:kubernetes", "mine-kubernetes");
      assert.deepEqual(inputs, {
        kubeconfig: "",
        context: "kind-mine",
        clusterIdentifier: "existing/mine",
      });
    });
  });
});
