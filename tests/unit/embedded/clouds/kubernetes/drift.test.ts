import assert from "node:assert/strict";
import fc from "fast-check";
import { liveInputs } from "../../../../../embedded/clouds/kubernetes/drift.ts";
import { isList, isMap, type Json, jsonOf } from "../../../../../embedded/clouds/property-value.ts";
import type { KubernetesObject } from "../../../../../embedded/kubernetes/objects.ts";
import { plainInputs } from "../../../../support/property-trees.ts";

type Fields = { readonly [name: string]: Json };
type Manifest = { readonly [field: string]: Json };

/** An object of the API whose fields are managed as given. */
function object(content: Manifest, fields: Fields = {}): KubernetesObject {
  const managedFields = [
    { manager: "kubectl", operation: "Update", fieldsV1: { "f:spec": {} } },
    { manager: "us", operation: "Apply", fieldsV1: fields },
  ];
  const { metadata = {}, ...rest } = content;
  return {
    apiVersion: "v1",
    kind: "Thing",
    ...rest,
    metadata: { name: "a", ...(isMap(metadata) ? metadata : {}), managedFields },
  };
}

function seen(wanted: Manifest, repaired: Manifest, live: Manifest, fields: Fields): unknown {
  return liveInputs(wanted, object(repaired, fields), object(live), "us");
}

/** Fields as an API server keeps them that looks into maps and takes lists as one whole. */
function fieldsOf(value: Json): Fields {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [`f:${key}`, fieldsOf(entry)]),
  );
}

/** What `wanted` asks for, as it is in `live`. */
function restricted(wanted: Json, live: Json): Json {
  if (!isMap(wanted) || !isMap(live) || Object.keys(wanted).length === 0) return live;
  return Object.fromEntries(
    Object.keys(wanted).flatMap((key) => {
      const value = Object.hasOwn(live, key) ? live[key] : undefined;
      const own = wanted[key];
      return value === undefined || own === undefined ? [] : [[key, restricted(own, value)]];
    }),
  );
}

const manifests = plainInputs.map((inputs): Manifest => {
  const spec = jsonOf(inputs);
  return { spec: isMap(spec) && Object.keys(spec).length > 0 ? spec : { a: 1 } };
});

describe("drift of an object", () => {
  it("is none where the API would change nothing: the inputs come back untouched", () => {
    fc.assert(
      fc.property(manifests, manifests, fc.anything(), (wanted, live, odd) => {
        const fields = isMap(jsonOf(odd)) ? { "f:spec": jsonOf(odd) } : fieldsOf(wanted);
        assert.equal(seen(wanted, live, live, fields), wanted);
      }),
    );
  });

  it("is the live value of every field that is ours, and of no other", () => {
    fc.assert(
      fc.property(manifests, manifests, (wanted, live) => {
        const both = { spec: mixed(wanted["spec"] ?? null, live["spec"] ?? null) };
        assert.deepEqual(seen(wanted, wanted, both, fieldsOf(wanted)), restricted(wanted, both));
      }),
    );
  });

  const cases: readonly {
    title: string;
    wanted: Manifest;
    /** @default - as wanted */
    repaired?: Manifest;
    live: Manifest;
    fields: Fields;
    expected: Manifest;
  }[] = [
    {
      title: "does not see another spelling of a quantity, nor defaults",
      wanted: { spec: { cpu: "1000m", replicas: 1 } },
      repaired: { spec: { cpu: "1", replicas: 1, strategy: {} } },
      live: { spec: { cpu: "1", replicas: 2, strategy: {} } },
      fields: { "f:spec": { "f:cpu": {}, "f:replicas": {} } },
      expected: { spec: { cpu: "1000m", replicas: 2 } },
    },
    {
      title: "drops what somebody removed",
      wanted: { metadata: { labels: { a: "1", b: "2" } } },
      live: { metadata: { labels: { b: "2" } } },
      fields: { "f:metadata": { "f:labels": { "f:a": {}, "f:b": {} } } },
      expected: { metadata: { labels: { b: "2" } } },
    },
    {
      title: "ignores what somebody added beside ours",
      wanted: { metadata: { labels: { a: "1" } } },
      repaired: { metadata: { labels: { a: "1", theirs: "x" } } },
      live: { metadata: { labels: { a: "2", theirs: "x" } } },
      fields: { "f:metadata": { "f:labels": { "f:a": {} } } },
      expected: { metadata: { labels: { a: "2" } } },
    },
    {
      title: "sees what somebody added to a map that is one whole, at any depth",
      wanted: { spec: { selector: { match: { a: "1" } } } },
      live: { spec: { selector: { match: { a: "1", b: "2" }, more: 1 } } },
      fields: { "f:spec": { "f:selector": {} } },
      expected: { spec: { selector: { match: { a: "1", b: "2" }, more: 1 } } },
    },
    {
      title: "tells items of a list apart by their keys, in our order",
      wanted: {
        spec: {
          env: [
            { name: "B", value: "1" },
            { name: "A", value: "1" },
          ],
        },
      },
      live: {
        spec: {
          env: [
            { name: "A", value: "2" },
            { name: "THEIRS", value: "x" },
            { name: "B", value: "1" },
          ],
        },
      },
      fields: {
        "f:spec": {
          "f:env": {
            'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} },
            'k:{"name":"B"}': { ".": {}, "f:name": {}, "f:value": {} },
          },
        },
      },
      expected: {
        spec: {
          env: [
            { name: "B", value: "1" },
            { name: "A", value: "2" },
          ],
        },
      },
    },
    {
      title: "drops an item that is gone",
      wanted: { spec: { env: [{ name: "A" }, { name: "B" }] } },
      live: { spec: { env: [{ name: "B" }] } },
      fields: { "f:spec": { "f:env": { 'k:{"name":"A"}': {}, 'k:{"name":"B"}': {} } } },
      expected: { spec: { env: [{ name: "B" }] } },
    },
    {
      title: "finds an item whose key has a part by default",
      wanted: {
        spec: {
          ports: [
            { port: 53, name: "tcp" },
            { port: 53, protocol: "UDP", name: "udp" },
          ],
        },
      },
      repaired: {
        spec: {
          ports: [
            { port: 53, protocol: "TCP", name: "tcp" },
            { port: 53, protocol: "UDP", name: "udp" },
          ],
        },
      },
      live: {
        spec: {
          ports: [
            { port: 53, protocol: "UDP", name: "udp" },
            { port: 53, protocol: "TCP", name: "theirs" },
          ],
        },
      },
      fields: {
        "f:spec": {
          "f:ports": {
            'k:{"port":53,"protocol":"UDP"}': { ".": {}, "f:port": {}, "f:name": {} },
            'k:{"port":53,"protocol":"TCP"}': { ".": {}, "f:port": {}, "f:name": {} },
          },
        },
      },
      expected: {
        spec: {
          ports: [
            { port: 53, name: "theirs" },
            { port: 53, protocol: "UDP", name: "udp" },
          ],
        },
      },
    },
    {
      title: "keeps of a set what is still there",
      wanted: { metadata: { finalizers: ["a", "b"] } },
      live: { metadata: { finalizers: ["b", "theirs"] } },
      fields: { "f:metadata": { "f:finalizers": { 'v:"a"': {}, 'v:"b"': {} } } },
      expected: { metadata: { finalizers: ["b"] } },
    },
    {
      title: "shows a list that is one whole, with our spelling where it is the same",
      wanted: { spec: { rules: [{ cpu: "1000m" }, { cpu: "2" }] } },
      repaired: { spec: { rules: [{ cpu: "1" }, { cpu: "2" }] } },
      live: { spec: { rules: [{ cpu: "1" }, { cpu: "3" }, { cpu: "4" }] } },
      fields: { "f:spec": { "f:rules": {} } },
      expected: { spec: { rules: [{ cpu: "1000m" }, { cpu: "3" }, { cpu: "4" }] } },
    },
    {
      title: "never mistakes an inherited name for a label",
      wanted: { metadata: { labels: { constructor: "x", a: "1" } } },
      live: { metadata: { labels: { a: "1" } } },
      fields: { "f:metadata": { "f:labels": { "f:constructor": {}, "f:a": {} } } },
      expected: { metadata: { labels: { a: "1" } } },
    },
  ];
  for (const { title, wanted, repaired = wanted, live, fields, expected } of cases) {
    it(title, () => assert.deepEqual(seen(wanted, repaired, live, fields), expected));
  }

  it("is not looked for in what the API server writes itself", () => {
    const wanted = { metadata: { name: "a" }, spec: { a: 1 } };
    const live = { metadata: { name: "a", resourceVersion: "2" }, spec: { a: 2 } };
    assert.deepEqual(seen(wanted, wanted, live, { "f:spec": { "f:a": {} } }), {
      metadata: { name: "a" },
      spec: { a: 2 },
    });
  });
});

/** `ours` with some of it replaced by `theirs`, so that the two share a part. */
function mixed(ours: Json, theirs: Json): Json {
  if (!isMap(ours) || !isMap(theirs)) return isList(ours) ? ours : theirs;
  return { ...theirs, ...Object.fromEntries(Object.entries(ours).slice(0, -1)) };
}
