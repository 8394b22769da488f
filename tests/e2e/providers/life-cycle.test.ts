/** Objects as the engine makes, changes, imports and removes them through the embedded provider. */
import assert from "node:assert/strict";
import { isSecret, type Outputs, secret } from "../../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import { read, readStrings } from "../../../embedded/kubernetes/objects.ts";
import { type ProviderProcess, refusal } from "../../support/provider-client.ts";
import {
  configMapInputs,
  deploymentInputs,
  edit,
  namespaceInputs,
  objectOf,
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

    it("makes an object, finds no drift in it, and removes it", async () => {
      const samples: readonly { type: string; inputs: Outputs }[] = [
        { type: types.deployment, inputs: deploymentInputs("life", "life") },
        {
          type: types.service,
          inputs: {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "life", namespace: "life" },
            spec: {
              selector: { app: "life" },
              ports: [{ name: "http", port: 80, targetPort: 8000 }],
            },
          },
        },
        {
          type: types.budget,
          inputs: {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "life", namespace: "life" },
            spec: { minAvailable: 1, selector: { matchLabels: { app: "life" } } },
          },
        },
        {
          type: types.network,
          inputs: {
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "life", namespace: "life" },
            spec: {
              podSelector: { matchLabels: { app: "life" } },
              ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8000 }] }],
              policyTypes: ["Ingress"],
            },
          },
        },
        { type: types.configMap, inputs: configMapInputs("life", "life", { a: "1" }) },
      ];
      for (const { type, inputs } of samples) {
        const checked = await kubernetes.check(type, inputs);
        assert.deepEqual(checked, { inputs, failures: [] });
        await kubernetes.create(type, inputs, { preview: true });
        const { id, outputs } = await kubernetes.create(type, inputs);
        assert.equal(id, "life/life");
        assert.equal(typeof read(outputs, "metadata", "uid"), "string");
        assert.equal(read(outputs, "metadata", "managedFields"), undefined);
        assert.deepEqual((await kubernetes.read(type, id, inputs)).inputs, inputs, type);
        assert.deepEqual((await kubernetes.diff(type, id, inputs, inputs)).changes, {});
      }
      for (const { type, inputs } of samples.toReversed()) {
        await kubernetes.delete(type, "life/life", inputs);
        assert.deepEqual(await kubernetes.read(type, "life/life", inputs), {
          id: "",
          inputs: {},
          outputs: {},
        });
        await kubernetes.delete(type, "life/life", inputs);
      }
    });

    it("removes a field that the inputs no longer have", async () => {
      const before = configMapInputs("life", "shrinks", { a: "1", b: "2" });
      const after = configMapInputs("life", "shrinks", { a: "1" });
      await kubernetes.create(types.configMap, before);
      const { data } = await kubernetes.update(types.configMap, "life/shrinks", before, after);
      assert.deepEqual(data, { a: "1" });
    });

    it("waits for the kind of a CustomResourceDefinition, so that its objects can follow at once", async () => {
      const schema = {
        type: "object",
        properties: {
          spec: { type: "object", properties: { size: { type: "integer", maximum: 3 } } },
        },
      };
      const definition = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "widgets.example.com" },
        spec: {
          group: "example.com",
          names: { kind: "Widget", plural: "widgets" },
          scope: "Namespaced",
          versions: [
            { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } },
          ],
        },
      };
      const widget = (size: number): Outputs => ({
        apiVersion: "example.com/v1",
        kind: "Widget",
        metadata: { name: "one", namespace: "life" },
        spec: { size },
      });
      await kubernetes.create(types.widget, widget(1), { preview: true });
      await kubernetes.create(types.definition, definition);
      const { id } = await kubernetes.create(types.widget, widget(1));
      assert.equal(id, "life/one");
      const { message } = await refusal(
        kubernetes.update(types.widget, id, widget(1), widget(4), { preview: true }),
      );
      assert.match(message, /^Widget life\/one: .*spec\.size: Invalid value: 4/);
      assert.deepEqual(
        (await kubernetes.check(types.widget, { metadata: { name: "one" } })).failures,
        [
          "metadata.namespace: metadata.namespace is missing: a Widget lives in a namespace, named explicitly",
        ],
      );
      assert.deepEqual(
        (await kubernetes.read(types.definition, "widgets.example.com", definition)).inputs,
        definition,
      );
      await kubernetes.delete(types.widget, id, widget(1));
      await kubernetes.delete(types.definition, "widgets.example.com", definition);
      await kubernetes.delete(types.widget, id, widget(1));
    });

    it("imports an object by its id", async () => {
      const inputs = configMapInputs("life", "imported", { a: "1" });
      await client.apply(objectOf(inputs), { fieldManager: "somebody" });
      const { id, inputs: seen } = await kubernetes.read(types.configMap, "life/imported");
      assert.equal(id, "life/imported");
      assert.deepEqual(seen, inputs);
      const { message } = await refusal(kubernetes.read(types.configMap, "imported"));
      assert.match(message, /its id is <namespace>\/<name>, not "imported"/);
    });

    it("keeps a Secret's values out of everything but encrypted state", async () => {
      const word = "correct-horse-battery";
      const given = {
        metadata: { name: "secret", namespace: "life" },
        stringData: { password: word },
      };
      const { inputs } = await kubernetes.check(types.secret, given);
      assert.deepEqual(inputs["stringData"], secret({ password: word }));
      const { outputs } = await kubernetes.create(types.secret, inputs);
      assert.ok(outputs["data"] !== undefined && isSecret(outputs["data"]));
      const path = "/api/v1/namespaces/life/secrets/secret";
      const live = await client.get(path);
      assert.equal(read(live, "data", "password"), Buffer.from(word).toString("base64"));
      assert.deepEqual((await kubernetes.read(types.secret, "life/secret", inputs)).inputs, inputs);

      await edit(client, path, { data: { password: Buffer.from("changed").toString("base64") } });
      const drifted = await kubernetes.read(types.secret, "life/secret", inputs);
      assert.deepEqual(drifted.inputs["stringData"], secret({ password: "changed" }));

      const environment = [
        { name: "TOKEN", value: secret(word), valueFrom: { fieldRef: { fieldPath: word } } },
      ];
      const leaky = deploymentInputs("life", "leaky");
      const [container] = leaky.spec.template.spec.containers;
      const template = {
        ...leaky.spec.template,
        spec: { containers: [{ ...container, env: environment }] },
      };
      const refused = await refusal(
        kubernetes.create(types.deployment, { ...leaky, spec: { ...leaky.spec, template } }),
      );
      assert.match(refused.message, /fieldPath.*\[secret\]/);
      assert.ok(!refused.message.includes(word), refused.message);

      await kubernetes.update(types.secret, "life/secret", drifted.inputs, inputs);
      const other = { ...inputs, stringData: secret({ other: "x" }) };
      await kubernetes.update(types.secret, "life/secret", inputs, other);
      assert.deepEqual(Object.keys(readStrings(await client.get(path), "data")), ["other"]);
    });
  });
});
