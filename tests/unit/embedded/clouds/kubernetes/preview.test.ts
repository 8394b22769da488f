import assert from "node:assert/strict";
import {
  outputsBeforeCreate,
  outputsBeforeUpdate,
} from "../../../../../embedded/clouds/kubernetes/preview.ts";
import { secret, unknown } from "../../../../../embedded/clouds/property-value.ts";

const unknowns = {
  uid: unknown,
  creationTimestamp: unknown,
  generation: unknown,
  resourceVersion: unknown,
};

describe("outputs in a preview", () => {
  it("are the inputs of a new object, with unknown what only the API assigns", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a" },
      spec: { clusterIP: "None" },
    };
    assert.deepEqual(outputsBeforeCreate(service), {
      ...service,
      metadata: { ...unknowns, name: "a" },
      spec: { clusterIP: "None", clusterIPs: unknown },
    });
  });

  it("keep a Secret's values secret", () => {
    const inputs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a" },
      stringData: { b: "c" },
    };
    assert.deepEqual(outputsBeforeCreate(inputs)["stringData"], secret({ b: "c" }));
  });

  it("are what the API would make of a changed object, but for its status and versions", () => {
    const next = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a", uid: "1", generation: 2, resourceVersion: "3", managedFields: [{}] },
      spec: { clusterIP: "10.0.0.1" },
      status: { loadBalancer: {} },
    };
    assert.deepEqual(outputsBeforeUpdate({}, next), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a", uid: "1", generation: unknown, resourceVersion: unknown },
      spec: { clusterIP: "10.0.0.1" },
    });
  });

  it("are as for a new object when the API could not say", () => {
    const inputs = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: unknown },
      data: { a: unknown },
    };
    assert.deepEqual(outputsBeforeUpdate(inputs, undefined), outputsBeforeCreate(inputs));
  });
});
