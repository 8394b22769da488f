import assert from "node:assert/strict";
import { deployment, object } from "../../policies/cases.ts";
import type { CapValue, Resource, Rule } from "../../policies/define-rule.ts";
import { judge } from "../../policies/judge.ts";
import { wlGracefulTermination } from "../../policies/rules/wl-graceful-termination.ts";
import { wlNsPsaLabels } from "../../policies/rules/wl-ns-psa-labels.ts";
import { wlReplicasProd } from "../../policies/rules/wl-replicas-prod.ts";
import { readSettings } from "../../policies/settings.ts";

function objects(
  rule: Rule,
  resource: Resource,
  caps: Readonly<Record<string, CapValue>>,
): boolean {
  return judge(rule, resource, readSettings(caps), "2026-11-20", [resource]).length > 0;
}

describe("a cap", () => {
  it("moves the bound of its rule", () => {
    assert.equal(objects(wlReplicasProd, deployment(), { replicas: 2 }), false);
    assert.equal(objects(wlReplicasProd, deployment(), { replicas: 3 }), true);
    assert.equal(objects(wlGracefulTermination, deployment(), { drainSeconds: 45 }), false);
    assert.equal(objects(wlGracefulTermination, deployment(), { drainSeconds: 46 }), true);
  });

  it("lists the namespaces of operators", () => {
    const namespace = object("core/v1:Namespace", { metadata: { name: "gpu-operator" } });
    assert.equal(objects(wlNsPsaLabels, namespace, {}), true);
    assert.equal(objects(wlNsPsaLabels, namespace, { operatorNamespaces: ["speech"] }), true);
    assert.equal(
      objects(wlNsPsaLabels, namespace, { operatorNamespaces: ["gpu-operator"] }),
      false,
    );
  });

  it("keeps its default where the value has another form", () => {
    assert.equal(objects(wlReplicasProd, deployment(), { replicas: ["3"] }), false);
    assert.equal(objects(wlReplicasProd, deployment(), { replicas: -1 }), false);
  });
});
