/** Every row of the table of immutable fields, tried on the API server that it describes. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { diffObjects } from "../../embedded/clouds/kubernetes/diff.ts";
import { immutableRows } from "../../embedded/clouds/kubernetes/immutable.ts";
import { fieldManager } from "../../embedded/clouds/kubernetes/take-over.ts";
import { type Inputs, isMap, jsonOf } from "../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { KubernetesError } from "../../embedded/kubernetes/kubernetes-error.ts";
import {
  conditionOf,
  isKubernetesObject,
  type KubernetesObject,
  referenceTo,
} from "../../embedded/kubernetes/objects.ts";
import { type Fields, type Sample, samples } from "../support/immutable-cases.ts";
import { startTestCluster, type TestCluster } from "../support/test-cluster.ts";

/** The object of a sample; top-level fields that are not given stay, and so do those of `spec`. */
function objectOf(sample: Sample, fields: Fields = {}): KubernetesObject {
  const { kind, version, clusterWide, name = "a" } = sample;
  const [first = "", second] = kind.split("/");
  const merged = Object.entries(fields).map(([key, value]) => [
    key,
    mergedField(sample.fields[key], value),
  ]);
  const object: unknown = {
    apiVersion: second === undefined ? version : `${first}/${version}`,
    kind: second ?? first,
    metadata: clusterWide ? { name } : { name, namespace: "fixed" },
    ...sample.fields,
    ...Object.fromEntries(merged),
  };
  assert.ok(isKubernetesObject(object));
  return object;
}

function mergedField(old: unknown, change: unknown): unknown {
  const both = [jsonOf(old), jsonOf(change)];
  return both.every((value) => isMap(value)) ? Object.assign({}, ...both) : change;
}

function inputsOf(object: KubernetesObject): Inputs {
  const json = jsonOf(object);
  assert.ok(isMap(json));
  return json;
}

/** The API's words for a field that does not change; a family is refused because the address, which stays, is not of it. */
const refusals = /immutable|may not|cannot change|forbidden|expected an IPv6 value/i;

/** The names of a CustomResourceDefinition are immutable once it is in use. */
async function established(client: KubernetesClient, object: KubernetesObject): Promise<void> {
  for (;;) {
    const live = await client.find(referenceTo(object));
    if (live && conditionOf(live, "Established")?.status === "True") return;
    await sleep(20);
  }
}

describe("immutable fields", function () {
  this.timeout(60_000);
  let cluster: TestCluster;

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the control plane.
    cluster = await startTestCluster("immutable");
    await cluster.client.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "fixed" } },
      { fieldManager },
    );
    const account = "/api/v1/namespaces/fixed/serviceaccounts/default";
    while ((await cluster.client.get(account)) === undefined) await sleep(20);
  });

  after(() => cluster?.stop());

  it("are each tried below", () => {
    const tried = new Set(
      samples.flatMap(({ kind, refused }) => Object.keys(refused).map((path) => `${kind} ${path}`)),
    );
    const rows = immutableRows.flatMap(({ kinds, paths }) =>
      kinds.flatMap((kind) => paths.map((path) => `${kind} ${path}`)),
    );
    assert.deepEqual([...tried].sort(), [...new Set(rows)].sort());
  });

  for (const sample of samples) {
    const title = `${sample.kind}${sample.name === undefined ? "" : ` ${sample.name}`}`;

    it(`of ${title} are refused by the API server, and replaced by the provider`, async () => {
      const { client } = cluster;
      const old = objectOf(sample);
      await client.apply(old, { fieldManager });
      if (sample.kind.endsWith("Definition")) await established(client, old);
      for (const [path, fields] of Object.entries(sample.refused)) {
        const next = objectOf(sample, fields);
        const { changes } = diffObjects(inputsOf(old), inputsOf(next));
        assert.ok(
          changes.some(({ replaces }) => replaces),
          `${path} does not replace`,
        );
        await assert.rejects(
          client.apply(next, { fieldManager, force: true, dryRun: true }),
          (error) =>
            error instanceof KubernetesError &&
            error.status === 422 &&
            refusals.test(error.message),
          `${path} is not refused`,
        );
      }
    });

    const { allowed } = sample;
    if (allowed === undefined) continue;
    it(`of ${title} do not keep others from changing in place`, async () => {
      const next = objectOf(sample, allowed);
      const { changes } = diffObjects(inputsOf(objectOf(sample)), inputsOf(next));
      assert.ok(changes.length > 0);
      assert.deepEqual(
        changes.filter(({ replaces }) => replaces),
        [],
      );
      await cluster.client.apply(next, { fieldManager, force: true, dryRun: true });
    });
  }
});
