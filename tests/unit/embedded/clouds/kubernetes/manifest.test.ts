import assert from "node:assert/strict";
import fc from "fast-check";
import {
  importedInputs,
  manifestOf,
  markSecrets,
  outputsOf,
  withStringData,
} from "../../../../../embedded/clouds/kubernetes/manifest.ts";
import {
  type Inputs,
  jsonOf,
  secret,
  unknown,
} from "../../../../../embedded/clouds/property-value.ts";

const texts = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ unit: "grapheme" }), {
  noNullPrototype: true,
});

function secretInputs(values: Inputs): Inputs {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "b" }, ...values };
}

describe("manifest of a Secret", () => {
  it("has all values in data, and gives them back in the program's own form", () => {
    fc.assert(
      fc.property(texts, texts, (stringData, plain) => {
        const data = Object.fromEntries(
          Object.entries(plain).filter(([key]) => !(key in stringData)),
        );
        const inputs = secretInputs({ stringData, data });
        const manifest = manifestOf(inputs);
        assert.equal(manifest["stringData"], undefined);
        const back = withStringData(inputs, { ...inputs, data: jsonOf(manifest["data"]) });
        assert.deepEqual(back, inputs);
      }),
    );
  });

  it("marks the values as secret, and nothing else", () => {
    assert.deepEqual(markSecrets(secretInputs({ data: { a: "eA==" }, type: "Opaque" })), {
      ...secretInputs({ type: "Opaque" }),
      data: secret({ a: "eA==" }),
    });
    const other = { apiVersion: "v1", kind: "ConfigMap", data: { a: "x" } };
    assert.equal(markSecrets(other), other);
  });
});

describe("manifest of an object", () => {
  it("is never made from what is unknown, or lacks a name", () => {
    assert.throws(() => manifestOf(secretInputs({ spec: unknown })), /have not been checked/);
    assert.throws(
      () => manifestOf({ apiVersion: "v1", kind: "Pod", metadata: {} }),
      /have not been checked/,
    );
  });
});

const live = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "b", uid: "1", labels: { c: "d" }, managedFields: [{}] },
  data: { x: "y" },
  status: { phase: "Active" },
};

describe("object of the API", () => {
  it("gives outputs without the account of its fields", () => {
    assert.deepEqual(outputsOf(live), {
      ...live,
      metadata: { name: "a", namespace: "b", uid: "1", labels: { c: "d" } },
    });
  });

  it("is imported without what the API server and controllers write", () => {
    assert.deepEqual(importedInputs(live), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "b", labels: { c: "d" } },
      data: { x: "y" },
    });
  });
});
