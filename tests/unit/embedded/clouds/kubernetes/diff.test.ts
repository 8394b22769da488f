import assert from "node:assert/strict";
import fc from "fast-check";
import { pathText } from "../../../../../embedded/clouds/difference.ts";
import { diffObjects } from "../../../../../embedded/clouds/kubernetes/diff.ts";
import { immutableRows } from "../../../../../embedded/clouds/kubernetes/immutable.ts";
import type { Inputs } from "../../../../../embedded/clouds/property-value.ts";
import { plainInputs } from "../../../../support/property-trees.ts";

function object(apiVersion: string, kind: string, rest: Inputs = {}): Inputs {
  return { apiVersion, kind, metadata: { name: "a", namespace: "b" }, ...rest };
}

function replacing(olds: Inputs, news: Inputs): readonly string[] {
  return diffObjects(olds, news)
    .changes.filter(({ replaces }) => replaces)
    .map(({ path }) => pathText(path));
}

describe("diff of an object", () => {
  it("is nothing between the same inputs", () => {
    fc.assert(
      fc.property(plainInputs, (spec) => {
        const inputs = object("apps/v1", "Deployment", { spec });
        assert.deepEqual(diffObjects(inputs, structuredClone(inputs)).changes, []);
      }),
    );
  });

  it("makes a renamed object before it deletes the old one, and any other after", () => {
    const old = object("v1", "ConfigMap");
    const renamed = diffObjects(old, { ...old, metadata: { name: "c", namespace: "b" } });
    assert.equal(renamed.deleteBeforeReplace, false);
    assert.deepEqual(renamed.changes, [
      { path: ["metadata", "name"], kind: "update", replaces: true },
    ]);
    assert.equal(diffObjects(old, { ...old, data: {} }).deleteBeforeReplace, true);
  });

  const cases: readonly {
    title: string;
    olds: Inputs;
    change: Inputs;
    replaces: readonly string[];
  }[] = [
    {
      title: "a Deployment for its selector, not for its template",
      olds: object("apps/v1", "Deployment", {
        spec: { selector: { matchLabels: { a: "1" } }, template: { x: 1 } },
      }),
      change: { spec: { selector: { matchLabels: { a: "2" } }, template: { x: 2 } } },
      replaces: ["spec.selector.matchLabels.a"],
    },
    {
      title: "a StatefulSet for anything but what it lets change",
      olds: object("apps/v1", "StatefulSet", {
        spec: { serviceName: "a", replicas: 1, template: { x: 1 } },
      }),
      change: { spec: { serviceName: "b", replicas: 2, template: { x: 2 } } },
      replaces: ["spec.serviceName"],
    },
    {
      title: "a Job for its template",
      olds: object("batch/v1", "Job", { spec: { template: { x: 1 }, parallelism: 1 } }),
      change: { spec: { template: { x: 2 }, parallelism: 2 } },
      replaces: ["spec.template.x"],
    },
    {
      title: "a Service for its address, not for its ports",
      olds: object("v1", "Service", { spec: { clusterIP: "None", ports: [{ port: 1 }] } }),
      change: { spec: { ports: [{ port: 2 }] } },
      replaces: ["spec.clusterIP"],
    },
    {
      title: "a claim for its class, not for its size",
      olds: object("v1", "PersistentVolumeClaim", {
        spec: { storageClassName: "a", resources: { requests: { storage: "1Gi" } } },
      }),
      change: { spec: { storageClassName: "b", resources: { requests: { storage: "2Gi" } } } },
      replaces: ["spec.storageClassName"],
    },
    {
      title: "a claim that loses its whole spec",
      olds: object("v1", "PersistentVolumeClaim", { spec: { resources: {} } }),
      change: { spec: null },
      replaces: ["spec"],
    },
    {
      title: "a Pod for all but its images",
      olds: object("v1", "Pod", { spec: { containers: [{ name: "a", image: "x:1" }] } }),
      change: { spec: { containers: [{ name: "b", image: "x:2" }] } },
      replaces: ["spec.containers[0].name"],
    },
    {
      title: "a frozen ConfigMap for its data",
      olds: object("v1", "ConfigMap", { immutable: true, data: { a: "1" } }),
      change: { data: { a: "2" } },
      replaces: ["data.a"],
    },
    {
      title: "no other ConfigMap",
      olds: object("v1", "ConfigMap", { data: { a: "1" } }),
      change: { immutable: true, data: { a: "2" } },
      replaces: [],
    },
    {
      title: "a RoleBinding for its role, not for its subjects",
      olds: object("rbac.authorization.k8s.io/v1", "RoleBinding", {
        roleRef: { name: "a" },
        subjects: [],
      }),
      change: { roleRef: { name: "b" }, subjects: [{ name: "c" }] },
      replaces: ["roleRef.name"],
    },
    {
      title: "no custom resource that only shares its kind's name",
      olds: object("example.com/v1", "Deployment", { spec: { selector: "a" } }),
      change: { spec: { selector: "b" } },
      replaces: [],
    },
  ];
  for (const { title, olds, change, replaces } of cases) {
    it(`replaces ${title}`, () => {
      const news = Object.fromEntries(
        Object.entries({ ...olds, ...change }).filter(([, value]) => value !== null),
      );
      assert.deepEqual(replacing(olds, news), replaces);
    });
  }

  it("has a source for every immutable field", () => {
    for (const { kinds, source } of immutableRows) assert.match(source, /validation/, kinds.join());
  });
});
