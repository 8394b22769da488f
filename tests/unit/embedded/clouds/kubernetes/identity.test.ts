import assert from "node:assert/strict";
import fc from "fast-check";
import {
  idOf,
  kindOf,
  referenceOf,
  titleOf,
} from "../../../../../embedded/clouds/kubernetes/identity.ts";

const names = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);

describe("identity of an object", () => {
  for (const [type, apiVersion, kind] of [
    ["kubernetes:core/v1:Service", "v1", "Service"],
    ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
    [
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
    ],
    ["kubernetes:keda.sh/v1alpha1:ScaledObject", "keda.sh/v1alpha1", "ScaledObject"],
  ] as const) {
    it(`is read from the type ${type}`, () => assert.deepEqual(kindOf(type), { apiVersion, kind }));
  }

  for (const type of [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:kustomize:Directory",
  ]) {
    it(`is refused to ${type}, which is no object`, () => {
      assert.throws(() => kindOf(type), {
        name: "Failure",
        message: `${type}: the embedded kubernetes provider applies single objects and runs no Helm, YAML or Kustomize; fix: render to objects first, or use the official provider`,
      });
    });
  }

  it("survives the way into the state and back", () => {
    fc.assert(
      fc.property(names, fc.option(names, { nil: undefined }), (name, namespace) => {
        const metadata = namespace === undefined ? { name } : { name, namespace };
        const id = idOf({ apiVersion: "v1", kind: "Thing", metadata });
        const reference = referenceOf("kubernetes:core/v1:Thing", id);
        assert.deepEqual(reference, { apiVersion: "v1", kind: "Thing", namespace, name });
      }),
    );
  });

  it("is told as people do", () => {
    assert.equal(titleOf(referenceOf("kubernetes:apps/v1:Deployment", "a/b")), "Deployment a/b");
    assert.equal(titleOf(referenceOf("kubernetes:core/v1:Namespace", "a")), "Namespace a");
  });
});
