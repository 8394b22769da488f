import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { TeamNamespace } from "../../components/teams/team-namespace.ts";
import { resourceList } from "../support/record.ts";
import { inBothModes, one } from "../support/record-both.ts";
import { planSmall } from "../support/small-stack.ts";

describe("Team namespace", () => {
  const build = () => {
    const team = planSmall().teams["vision"] ?? assert.fail();
    return new TeamNamespace(team, { provider: new Provider("cluster") });
  };

  describe("bounds the team before any of its pods", () => {
    inBothModes(build, (resources) => {
      assert.deepEqual(resourceList(resources).toSorted(), [
        "inference-platform:teams:TeamNamespace vision",
        "kubernetes:core/v1:Namespace vision-namespace <- vision",
        "kubernetes:core/v1:ResourceQuota vision-quota <- vision",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy vision-default-deny <- vision",
        "pulumi:providers:kubernetes cluster",
      ]);
      const quota = one(resources, "kubernetes:core/v1:ResourceQuota", "vision-quota");
      assert.deepEqual(quota.inputs["spec"], { hard: { "requests.nvidia.com/gpu": "3" } });
      const policy = one(
        resources,
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "vision-default-deny",
      );
      assert.deepEqual(policy.inputs["spec"], {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
      });
    });
  });

  describe("admits restricted pods only", () => {
    inBothModes(build, (resources) => {
      const namespace = one(resources, "kubernetes:core/v1:Namespace", "vision-namespace");
      assert.deepEqual(namespace.inputs["metadata"], {
        name: "vision",
        labels: {
          "app.kubernetes.io/managed-by": "pulumi",
          "app.kubernetes.io/part-of": "inference-platform",
          "inference-platform/cost-center": "4711",
          "inference-platform/owner": "ml-platform",
          "inference-platform/stack": "small",
          "inference-platform/team": "vision",
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/enforce-version": "v1.36",
          "pod-security.kubernetes.io/warn": "restricted",
          "pod-security.kubernetes.io/warn-version": "v1.36",
        },
      });
    });
  });
});
