import assert from "node:assert/strict";
import { refusalOf } from "../../../../../embedded/clouds/kubernetes/refusal.ts";
import { KubernetesError } from "../../../../../embedded/kubernetes/kubernetes-error.ts";

function told(
  reason: string,
  details: { status?: number; causes?: readonly [string, string][] } = {},
): string {
  const causes = details.causes?.map(([field, message]) => ({ field, message, reason: "x" })) ?? [];
  const error = new KubernetesError("PATCH /x", "the API's words", {
    reason,
    status: details.status,
    causes,
  });
  const refusal = refusalOf("Deployment a/b", error);
  assert.ok(refusal instanceof Error);
  assert.equal(refusal.name, "Failure");
  return refusal.message;
}

describe("refusal of the API", () => {
  it("is told in its words, with the object's name", () => {
    assert.equal(told("Invalid", { status: 422 }), "Deployment a/b: the API's words (Invalid)");
    assert.equal(told("KindNotServed"), "Deployment a/b: the API's words (KindNotServed)");
  });

  it("names who manages which field, and the ways out", () => {
    const causes: [string, string][] = [
      [".spec.replicas", 'conflict with "keda" using autoscaling/v1'],
      [".spec.a", 'conflict with "kubectl"'],
      [".spec.b", 'conflict with "kubectl"'],
    ];
    assert.equal(
      told("Conflict", { status: 409, causes }),
      'Deployment a/b exists already, and keda manages spec.replicas; kubectl manages spec.a, spec.b; fix: leave these fields out, take the object over with "pulumi import", or delete it',
    );
  });

  it("says how to start a cluster that does not answer", () => {
    for (const reason of ["ConnectionRefused", "TimedOut"]) {
      assert.equal(
        told(reason),
        `Deployment a/b: the API's words; fix: start the cluster, an embedded one with "npm run up"`,
      );
    }
  });

  it("is nothing that the API did not say", () => {
    const bug = new TypeError("x");
    assert.equal(refusalOf("Deployment a/b", bug), bug);
  });
});
