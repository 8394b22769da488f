/** What others change in objects of the embedded provider, and what only looks like a change. */
import assert from "node:assert/strict";
import type { Outputs } from "../../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import { read, readList } from "../../../embedded/kubernetes/objects.ts";
import { type ProviderProcess, Refused } from "../../support/provider-client.ts";
import {
  deploymentInputs,
  deploymentPath,
  edit,
  namespaceInputs,
  types,
  withProvider,
} from "../../support/provider-set-up.ts";

let client: KubernetesClient;
let kubernetes: ProviderProcess;

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  withProvider("kubernetes", (on) => {
    ({ client, provider: kubernetes } = on);
  });

  describe("kubernetes", () => {
    before(async () => {
      await kubernetes.create(types.namespace, namespaceInputs("life"));
    });

    it("finds what somebody else changed or removed in its own fields, and repairs it", async () => {
      const inputs = deploymentInputs("life", "drifts", { annotations: { "a.b/c": "ours" } });
      await kubernetes.create(types.deployment, inputs);
      const path = deploymentPath("life", "drifts");
      await edit(client, path, {
        metadata: { annotations: { "a.b/c": null, theirs: "1" } },
        spec: {
          replicas: 0,
          template: {
            spec: {
              containers: [
                {
                  name: "main",
                  env: [
                    { name: "B", value: "2" },
                    { name: "C", value: "3" },
                  ],
                },
              ],
              tolerations: [],
            },
          },
        },
      });
      const seen = await readAnyHow(types.deployment, "life/drifts", inputs);
      const { changes } = await kubernetes.diff(types.deployment, "life/drifts", seen, inputs);
      assert.deepEqual(changes, {
        'metadata.annotations["a.b/c"]': "add",
        "spec.replicas": "update",
        "spec.template.spec.containers[0].env[0].value": "update",
        "spec.template.spec.tolerations": "add",
      });
      await kubernetes.update(types.deployment, "life/drifts", seen, inputs);
      const repaired = await kubernetes.read(types.deployment, "life/drifts", inputs);
      assert.deepEqual(repaired.inputs, inputs);
      const live = await client.get(path);
      assert.equal(read(live, "metadata", "annotations", "theirs"), "1");
    });

    it("repairs an item of a list whose key somebody changed", async () => {
      const service = (ports: readonly { readonly name: string; readonly port: number }[]) => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "keyed", namespace: "life" },
        spec: { selector: { app: "keyed" }, ports },
      });
      const grpc = { name: "grpc", port: 8001 };
      const inputs = service([{ name: "http", port: 80 }, grpc]);
      await kubernetes.create(types.service, inputs);
      const path = "/api/v1/namespaces/life/services/keyed";
      const theirs = [{ name: "http", port: 81 }, grpc];
      await client.patch(path, { spec: { ports: theirs } }, { fieldManager: "kubectl-patch" });
      const { inputs: seen } = await kubernetes.read(types.service, "life/keyed", inputs);
      const { changes } = await kubernetes.diff(types.service, "life/keyed", seen, inputs);
      assert.deepEqual(changes, { "spec.ports[0].port": "update" });
      await kubernetes.update(types.service, "life/keyed", seen, inputs, { preview: true });
      await kubernetes.update(types.service, "life/keyed", seen, inputs);
      assert.deepEqual((await kubernetes.read(types.service, "life/keyed", inputs)).inputs, inputs);
      const fewer = service([grpc]);
      await kubernetes.update(types.service, "life/keyed", inputs, fewer);
      assert.equal(readList(await client.get(path), "spec", "ports").length, 1);
    });

    it("takes another spelling of the same quantity for no change", async () => {
      const spell = (cpu: string) => deploymentInputs("life", "spells", { cpu });
      const { changes } = await kubernetes.diff(
        types.deployment,
        "life/spells",
        spell("1"),
        spell("1000m"),
      );
      assert.deepEqual(changes, {});
    });
  });
});

/** The live inputs of a resource, whether or not it is well. */
async function readAnyHow(type: string, id: string, inputs: Outputs): Promise<Outputs> {
  try {
    return (await kubernetes.read(type, id, inputs)).inputs;
  } catch (error) {
    if (error instanceof Refused && error.notReady) return error.notReady.inputs;
    throw error;
  }
}
