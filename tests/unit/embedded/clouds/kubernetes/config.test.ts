import assert from "node:assert/strict";
import {
  checkAnyClusterConfig,
  checkClusterConfig,
  clusterConfigOf,
  diffClusterConfig,
} from "../../../../../embedded/clouds/kubernetes/config.ts";
import { type Inputs, unknown } from "../../../../../embedded/clouds/property-value.ts";

describe("configuration of a cluster's provider", () => {
  it("needs a kubeconfig, and takes one that is not known yet", () => {
    assert.deepEqual(checkClusterConfig({ kubeconfig: unknown, version: "4.34.2" }), []);
    assert.deepEqual(checkClusterConfig({ kubeconfig: "" }), [
      { property: "kubeconfig", reason: "kubeconfig is missing: the path or the text of one" },
    ]);
  });

  it("needs none where a context of one's own is named, and the provider leaves nodes alone", () => {
    const own = { kubeconfig: "", context: "kind-mine", clusterIdentifier: "existing/x" };
    assert.deepEqual(checkAnyClusterConfig(own), []);
    assert.deepEqual(checkAnyClusterConfig({ ...own, context: unknown }), []);
    const missing = checkClusterConfig({ kubeconfig: "" });
    assert.deepEqual(checkClusterConfig(own), missing);
    assert.deepEqual(checkAnyClusterConfig({ kubeconfig: "", context: "" }), missing);
  });

  it("refuses a setting that it does not have, and one that is no text", () => {
    assert.deepEqual(checkClusterConfig({ kubeconfig: "a", context: 1, namespace: "b" }), [
      {
        property: "namespace",
        reason:
          'the embedded provider has no setting "namespace"; it has kubeconfig, context, clusterIdentifier',
      },
      { property: "context", reason: "context must be a text" },
    ]);
  });

  const before = { kubeconfig: "a", clusterIdentifier: "one" };
  const cases: readonly { title: string; olds?: Inputs; news: Inputs; replaces: boolean }[] = [
    {
      title: "another kubeconfig is the same cluster",
      news: { ...before, kubeconfig: "b" },
      replaces: false,
    },
    {
      title: "another context is the same cluster",
      news: { ...before, context: "b" },
      replaces: false,
    },
    {
      title: "another identifier is another cluster",
      news: { ...before, clusterIdentifier: "two" },
      replaces: true,
    },
    {
      title: "an unknown identifier may be another cluster",
      news: { ...before, clusterIdentifier: unknown },
      replaces: true,
    },
    {
      title: "a first identifier is the same cluster",
      olds: { kubeconfig: "a" },
      news: before,
      replaces: false,
    },
  ];
  for (const { title, olds = before, news, replaces } of cases) {
    it(title, () => {
      const { changes } = diffClusterConfig(olds, news);
      assert.equal(changes.length, 1);
      assert.equal(changes[0]?.replaces, replaces);
    });
  }

  it("is read once it is known", () => {
    assert.deepEqual(clusterConfigOf({ ...before, context: "c" }), {
      kubeconfig: "a",
      context: "c",
    });
  });
});
