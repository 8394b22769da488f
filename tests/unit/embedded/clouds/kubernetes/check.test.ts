import assert from "node:assert/strict";
import { checkObject } from "../../../../../embedded/clouds/kubernetes/check.ts";
import { fromWire, type Inputs, unknown } from "../../../../../embedded/clouds/property-value.ts";
import { reveal } from "../../../../../embedded/clouds/secrets.ts";

const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
const good: Inputs = {
  ...deployment,
  metadata: { name: "a", namespace: "b" },
  spec: { replicas: 1 },
};
const asset = fromWire({ "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17" });

describe("check of an object", () => {
  it("lets a good one pass unchanged", () => {
    assert.deepEqual(checkObject(deployment, good, true), { inputs: good, failures: [] });
  });

  it("completes the kind from the resource's type", () => {
    const { apiVersion: _, kind: __, ...rest } = good;
    assert.deepEqual(checkObject(deployment, rest, true).inputs, good);
  });

  it("drops nulls, and the status that only controllers write", () => {
    const given = {
      ...good,
      status: { replicas: 3 },
      spec: { replicas: 1, selector: null, list: [{ a: null }] },
    };
    const { inputs, failures } = checkObject(deployment, given, true);
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, { ...good, spec: { replicas: 1, list: [{}] } });
  });

  const cases: readonly {
    title: string;
    change: Inputs;
    namespaced?: boolean;
    expected: readonly string[];
  }[] = [
    {
      title: "another kind than the type's",
      change: { kind: "DaemonSet", apiVersion: "apps/v2" },
      expected: [
        `apiVersion is "apps/v2", but the resource's type says "apps/v1"`,
        `kind is "DaemonSet", but the resource's type says "Deployment"`,
      ],
    },
    {
      title: "no name",
      change: { metadata: { namespace: "b", generateName: "a-" } },
      expected: ["metadata.name is missing: every object is named explicitly, never by chance"],
    },
    {
      title: "no namespace",
      change: { metadata: { name: "a" } },
      expected: [
        "metadata.namespace is missing: a Deployment lives in a namespace, named explicitly",
      ],
    },
    {
      title: "a namespace for a kind that has none",
      change: {},
      namespaced: false,
      expected: [
        "metadata.namespace is given, but a Deployment lives in no namespace; leave it out",
      ],
    },
    {
      title: "names that are no texts",
      change: { metadata: { name: 1, namespace: ["b"] } },
      expected: ["metadata.name must be a text", "metadata.namespace must be a text"],
    },
    {
      title: "fields that the API server writes",
      change: { metadata: { name: "a", namespace: "b", uid: "1", resourceVersion: "2" } },
      expected: [
        "metadata.resourceVersion is written by the API server; leave it out",
        "metadata.uid is written by the API server; leave it out",
      ],
    },
    {
      title: "metadata that is no object",
      change: { metadata: "a" },
      expected: ["metadata must be an object"],
    },
    {
      title: "an asset",
      change: reveal({ data: { files: [asset] } }),
      expected: ["data.files[0] is an asset or a resource; a Kubernetes object holds plain values"],
    },
  ];
  for (const { title, change, namespaced = true, expected } of cases) {
    it(`refuses ${title}, naming the property`, () => {
      const { failures } = checkObject(deployment, { ...good, ...change }, namespaced);
      assert.deepEqual(
        failures.map(({ reason }) => reason),
        expected,
      );
      for (const { property, reason } of failures) assert.ok(reason.startsWith(`${property} `));
    });
  }

  it("does not judge what is unknown, nor a namespace of a kind that the API does not know", () => {
    for (const inputs of [
      { ...good, metadata: unknown },
      { ...good, metadata: { name: unknown, namespace: unknown } },
    ]) {
      assert.deepEqual(checkObject(deployment, inputs, true).failures, []);
    }
    assert.deepEqual(
      checkObject(deployment, { ...good, metadata: { name: "a" } }, undefined).failures,
      [],
    );
  });
});
