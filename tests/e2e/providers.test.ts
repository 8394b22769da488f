/** The embedded providers as the engine drives them, on a real Kubernetes API. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  isMap,
  isSecret,
  isUnknown,
  type Outputs,
  secret,
} from "../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { applyNode, simulatedNode } from "../../embedded/kubernetes/nodes.ts";
import {
  isKubernetesObject,
  type KubernetesObject,
  read,
  readList,
  readStrings,
} from "../../embedded/kubernetes/objects.ts";
import { type ProviderProcess, Refused, startProvider, urnOf } from "../support/provider-client.ts";
import { startTestCluster, type TestCluster } from "../support/test-cluster.ts";

const types = {
  namespace: "kubernetes:core/v1:Namespace",
  configMap: "kubernetes:core/v1:ConfigMap",
  secret: "kubernetes:core/v1:Secret",
  service: "kubernetes:core/v1:Service",
  pod: "kubernetes:core/v1:Pod",
  deployment: "kubernetes:apps/v1:Deployment",
  budget: "kubernetes:policy/v1:PodDisruptionBudget",
  network: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  definition: "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
  widget: "kubernetes:example.com/v1:Widget",
  pool: "local:index:NodePool",
} as const;

let cluster: TestCluster;
let client: KubernetesClient;
let kubernetes: ProviderProcess;
let local: ProviderProcess;

/** The refusal of a call that must be refused. */
async function refusal(call: Promise<unknown>): Promise<Refused> {
  const outcome = await call.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer).slice(0, 500)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Refused, String(outcome));
  return outcome;
}

function namespaceInputs(name: string, labels: Readonly<Record<string, string>> = {}): Outputs {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function configMapInputs(namespace: string, name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

/** A Deployment that is spelled as people do, and not as the API does. */
function deploymentInputs(
  namespace: string,
  name: string,
  change: Readonly<Record<string, unknown>> = {},
) {
  const { replicas = 1, image = "server:1", cpu = "1000m", request = 1, annotations = {} } = change;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: { app: name }, annotations: texts(annotations) },
    spec: {
      replicas: Number(replicas),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: "main",
              image: String(image),
              ports: [{ containerPort: 8000 }, { containerPort: 8000, protocol: "UDP" }],
              env: [
                { name: "B", value: "1" },
                { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              ],
              resources: {
                limits: { cpu: String(cpu), memory: "1024Mi" },
                requests: { cpu: Number(request) },
              },
              volumeMounts: [{ name: "shm", mountPath: "/dev/shm" }],
            },
          ],
          volumes: [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: "1024Mi" } }],
          tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
        },
      },
    },
  };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return readStrings(value);
}

/** Changes an object as a person with kubectl would. */
function edit(path: string, patch: unknown): Promise<KubernetesObject> {
  return client.patch(path, patch, { fieldManager: "kubectl-edit", type: "strategic" });
}

function deploymentPath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the control plane.
    cluster = await startTestCluster("providers");
    client = cluster.client;
    [kubernetes, local] = [await startProvider("kubernetes"), await startProvider("local")];
    console.log(
      `      port after ${kubernetes.startMs.toFixed(0)} ms (kubernetes), ${local.startMs.toFixed(0)} ms (local)`,
    );
    const config = { kubeconfig: cluster.kubeconfig, clusterIdentifier: "test" };
    await kubernetes.configure(config);
    await local.configure(config);
    const args = { name: "node-0", pool: "cpu", capacity: { cpu: "16", memory: "64Gi" } };
    await applyNode(client, simulatedNode(args));
  });

  after(async () => {
    await kubernetes?.stop();
    await local?.stop();
    await cluster?.stop();
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

    it("waits until a Deployment is available, and until a smaller one has let its pods go", async () => {
      const inputs = deploymentInputs("life", "waits", { replicas: 2 });
      const { outputs } = await kubernetes.create(types.deployment, inputs);
      assert.equal(read(outputs, "status", "availableReplicas"), 2);
      await kubernetes.update(types.deployment, "life/waits", inputs, {
        ...inputs,
        ...deploymentInputs("life", "waits", { replicas: 1, image: "server:2" }),
      });
      const live = await client.get(deploymentPath("life", "waits"));
      assert.equal(read(live, "status", "updatedReplicas"), 1);
      assert.equal(read(live, "status", "replicas"), 1);
    });

    it("removes a field that the inputs no longer have", async () => {
      const before = configMapInputs("life", "shrinks", { a: "1", b: "2" });
      const after = configMapInputs("life", "shrinks", { a: "1" });
      await kubernetes.create(types.configMap, before);
      const { data } = await kubernetes.update(types.configMap, "life/shrinks", before, after);
      assert.deepEqual(data, { a: "1" });
    });

    it("finds what somebody else changed or removed in its own fields, and repairs it", async () => {
      const inputs = deploymentInputs("life", "drifts", { annotations: { "a.b/c": "ours" } });
      await kubernetes.create(types.deployment, inputs);
      const path = deploymentPath("life", "drifts");
      await edit(path, {
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

    it("fails the preview of an object that the API refuses, in the API's words", async () => {
      const strict = {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      };
      await kubernetes.create(types.namespace, namespaceInputs("strict", strict));
      await waitForAccount("strict");
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "root", namespace: "strict" },
        spec: { containers: [{ name: "main", image: "x", securityContext: { privileged: true } }] },
      };
      const { message, code } = await refusal(kubernetes.create(types.pod, pod, { preview: true }));
      assert.match(
        message,
        /^Pod strict\/root: pods "root" is forbidden: violates PodSecurity "restricted:latest": privileged/,
      );
      assert.equal(code, 9);
      const wrong = { ...deploymentInputs("life", "wrong"), spec: { replicas: "two" } };
      const second = await refusal(kubernetes.create(types.deployment, wrong, { preview: true }));
      assert.match(second.message, /^Deployment life\/wrong: .*replicas/);
      assert.equal(await client.get("/api/v1/namespaces/strict/pods/root"), undefined);
    });

    it("passes on what the API warns of, once", async () => {
      const from = kubernetes.messages.length;
      await kubernetes.create(types.deployment, deploymentInputs("strict", "warned"), {
        preview: true,
      });
      const warnings = kubernetes.messages
        .slice(from)
        .filter(({ severity }) => severity === "warning");
      assert.equal(warnings.length, 1);
      assert.equal(warnings[0]?.urn, urnOf(types.deployment));
      assert.match(warnings[0]?.text ?? "", /^would violate PodSecurity "restricted:latest"/);
    });

    it("asks nothing of the API for an object whose namespace does not exist yet", async () => {
      const { outputs } = await kubernetes.create(
        types.configMap,
        configMapInputs("later", "a", {}),
        { preview: true },
      );
      const { metadata = null } = outputs;
      assert.ok(isMap(metadata) && metadata["uid"] !== undefined && isUnknown(metadata["uid"]));
      assert.equal(outputs["status"], undefined);
    });

    it("takes nothing over from another manager when it makes an object", async () => {
      await client.apply(objectOf(configMapInputs("life", "theirs", { a: "theirs" })), {
        fieldManager: "somebody",
      });
      const inputs = configMapInputs("life", "theirs", { a: "ours" });
      const expected =
        'ConfigMap life/theirs exists already, and somebody manages data.a; fix: leave these fields out, take the object over with "pulumi import", or delete it';
      for (const preview of [true, false]) {
        const { message } = await refusal(kubernetes.create(types.configMap, inputs, { preview }));
        assert.equal(message, expected);
      }
    });

    it("previews an object that will replace one of the same name, and still refuses a bad one", async () => {
      const old = deploymentInputs("life", "replaced", { replicas: 0 });
      await kubernetes.create(types.deployment, old);
      const labels = { app: "other" };
      const spec = { ...old.spec, selector: { matchLabels: labels } };
      const template = { ...old.spec.template, metadata: { labels } };
      const next = { ...old, spec: { ...spec, template } };
      const { replaces, deleteBeforeReplace } = await kubernetes.diff(
        types.deployment,
        "life/replaced",
        old,
        next,
      );
      assert.deepEqual(replaces, ["spec.selector.matchLabels.app"]);
      assert.equal(deleteBeforeReplace, true);
      await kubernetes.create(types.deployment, next, { preview: true });
      const bad = { ...old, spec };
      const { message } = await refusal(
        kubernetes.create(types.deployment, bad, { preview: true }),
      );
      assert.match(
        message,
        /^Deployment life\/replaced: .*`selector` does not match template `labels`/,
      );
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

      await edit(path, { data: { password: Buffer.from("changed").toString("base64") } });
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

    it("keeps an object that does not become ready, and says why", async () => {
      const inputs = deploymentInputs("life", "big", {
        cpu: "64",
        request: 64,
        replicas: 2,
        annotations: { note: "x".repeat(15_000) },
      });
      const { notReady } = await refusal(
        kubernetes.create(types.deployment, inputs, { timeoutSeconds: 1 }),
      );
      assert.equal(notReady?.id, "life/big");
      assert.equal(read(notReady.outputs, "metadata", "name"), "big");
      const [first, pod] = notReady.reasons;
      assert.equal(first, "Deployment life/big: not ready after 1 s: 0 of 2 replicas available");
      assert.match(
        pod ?? "",
        /^pod big-\w+-\w+: Pending, 0\/1 nodes are available: 1 Insufficient cpu/,
      );
      const told = kubernetes.messages.filter(({ ephemeral }) => ephemeral).map(({ text }) => text);
      assert.ok(told.includes("0 of 2 replicas available"), told.join("\n"));
      const seen = await refusal(kubernetes.read(types.deployment, "life/big", inputs));
      assert.deepEqual(seen.notReady?.inputs, inputs);
      const smaller = deploymentInputs("life", "big", { cpu: "1" });
      await kubernetes.update(types.deployment, "life/big", inputs, smaller);
    });

    it("tells of pods that the cluster refuses to make", async () => {
      const inputs = deploymentInputs("strict", "refused");
      const { notReady } = await refusal(
        kubernetes.create(types.deployment, inputs, { timeoutSeconds: 2 }),
      );
      assert.match(
        notReady?.reasons.join("\n") ?? "",
        /0 of 1 replicas available; pods "refused-.*" is forbidden: violates PodSecurity/,
      );
    });

    it("stops waiting when the engine cancels, and keeps what it made", async () => {
      const inputs = deploymentInputs("life", "cancelled", { cpu: "64", request: 64 });
      const creating = refusal(kubernetes.create(types.deployment, inputs));
      while ((await client.get(deploymentPath("life", "cancelled"))) === undefined) await sleep(20);
      await kubernetes.cancel();
      const { notReady } = await creating;
      assert.equal(notReady?.id, "life/cancelled");
      assert.match(
        notReady.reasons[0] ?? "",
        /^Deployment life\/cancelled: stopped while waiting: /,
      );
      await kubernetes.delete(types.deployment, "life/cancelled", inputs);
    });

    it("waits until a deleted object is gone, and names the finalizer that holds it", async () => {
      const inputs = configMapInputs("life", "held", {});
      await kubernetes.create(types.configMap, inputs);
      const path = "/api/v1/namespaces/life/configmaps/held";
      await edit(path, { metadata: { finalizers: ["example.com/wait"] } });
      const deletion = kubernetes.delete(types.configMap, "life/held", inputs, {
        timeoutSeconds: 1,
      });
      const { message } = await refusal(deletion);
      assert.equal(
        message,
        "ConfigMap life/held: not gone 1 s after it was deleted; held by the finalizers example.com/wait",
      );
      const again = kubernetes.delete(types.configMap, "life/held", inputs);
      await edit(path, { metadata: { finalizers: null } });
      await again;
    });

    it("makes an object anew that is still on its way out", async () => {
      const inputs = configMapInputs("life", "reborn", { a: "1" });
      const path = "/api/v1/namespaces/life/configmaps/reborn";
      await kubernetes.create(types.configMap, inputs);
      await edit(path, { metadata: { finalizers: ["example.com/wait"] } });
      await client.remove(path);
      assert.equal((await kubernetes.read(types.configMap, "life/reborn", inputs)).id, "");
      const creating = kubernetes.create(types.configMap, inputs);
      await sleep(200);
      await edit(path, { metadata: { finalizers: null } });
      await creating;
      assert.deepEqual(read(await client.get(path), "data"), { a: "1" });
    });

    it("waits for the contents of a namespace", async () => {
      await kubernetes.create(types.namespace, namespaceInputs("full"));
      await kubernetes.create(types.deployment, deploymentInputs("full", "one"));
      await kubernetes.delete(types.namespace, "full", namespaceInputs("full"));
      assert.equal(await client.get("/api/v1/namespaces/full"), undefined);
      assert.deepEqual(
        await client.list("/api/v1/pods", { fieldSelector: "metadata.namespace=full" }),
        [],
      );
    });

    it("repeats a create that was killed", async () => {
      const inputs = deploymentInputs("life", "killed", { cpu: "64", request: 64 });
      const first = await startProvider("kubernetes");
      await first.configure({ kubeconfig: cluster.kubeconfig });
      const creating = first.create(types.deployment, inputs).catch(() => "lost");
      while ((await client.get(deploymentPath("life", "killed"))) === undefined) await sleep(20);
      first.child.kill("SIGKILL");
      assert.equal(await creating, "lost");
      await first.stop();
      const { uid } = (await client.get(deploymentPath("life", "killed")))?.metadata ?? {};
      const { id, outputs } = await kubernetes.create(
        types.deployment,
        deploymentInputs("life", "killed"),
      );
      assert.equal(id, "life/killed");
      assert.equal(read(outputs, "metadata", "uid"), uid);
    });
  });

  describe("without a cluster", () => {
    for (const [title, kubeconfig] of [
      ["no kubeconfig", () => "/nowhere/kubeconfig.yaml"],
      ["no answer", () => unanswered(cluster.kubeconfig)],
    ] as const) {
      it(`previews with one warning and runs with an error: ${title}`, async () => {
        const alone = await startProvider("kubernetes");
        try {
          await alone.configure({ kubeconfig: kubeconfig() });
          for (const name of ["a", "b"]) {
            const { inputs, failures } = await alone.check(
              types.configMap,
              configMapInputs("life", name, {}),
            );
            assert.deepEqual(failures, []);
            await alone.create(types.configMap, inputs, { preview: true });
          }
          assert.deepEqual(
            alone.messages.map(({ severity, urn }) => [severity, urn]),
            [["warning", ""]],
          );
          assert.match(alone.messages[0]?.text ?? "", /npm run up/);
          const { message, code } = await refusal(
            alone.create(types.configMap, configMapInputs("life", "a", {})),
          );
          assert.match(message, /npm run up/);
          assert.equal(code, 9);
        } finally {
          await alone.stop();
        }
      });
    }
  });

  describe("process of a provider", () => {
    for (const name of ["kubernetes", "local"] as const) {
      it(`ends with its engine: ${name}`, async () => {
        const alone = await startProvider(name);
        alone.child.stdin?.destroy();
        await once(alone.child, "exit");
        await alone.stop();
      });
    }
  });

  describe("pool of simulated nodes", () => {
    const pool = {
      name: "l4",
      count: 2,
      labels: { "gpu-model": "l4" },
      taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
      capacity: { cpu: "8", memory: "32768Mi", "nvidia.com/gpu": "1" },
      machine: "l4-1",
    };

    async function nodes(): Promise<readonly string[]> {
      const all = await client.list("/api/v1/nodes", { labelSelector: "gpu-model=l4" });
      return all.map(({ metadata }) => metadata.name);
    }

    it("makes its nodes, and finds no drift in them", async () => {
      assert.deepEqual((await local.check(types.pool, pool)).failures, []);
      const { id, outputs } = await local.create(types.pool, pool);
      assert.equal(id, "l4");
      assert.deepEqual(outputs, { name: "l4", nodes: ["l4-0", "l4-1"] });
      assert.deepEqual(await nodes(), ["l4-0", "l4-1"]);
      assert.deepEqual((await local.read(types.pool, "l4", pool)).inputs, pool);
      await local.create(types.pool, pool);
    });

    it("finds a removed node, and a changed label, taint and capacity; and repairs them", async () => {
      await client.remove("/api/v1/nodes/l4-1");
      await edit("/api/v1/nodes/l4-0", {
        metadata: { labels: { "gpu-model": "t4" } },
        spec: { taints: [{ key: "theirs", effect: "NoSchedule" }] },
      });
      await client.patch(
        "/api/v1/nodes/l4-0",
        { status: { capacity: { "nvidia.com/gpu": "4" } } },
        { fieldManager: "kubectl-edit", subresource: "status" },
      );
      const { inputs, outputs } = await local.read(types.pool, "l4", pool);
      assert.deepEqual(inputs, {
        ...pool,
        count: 1,
        labels: { "gpu-model": "t4" },
        taints: [{ key: "theirs", effect: "NoSchedule" }],
        capacity: { ...pool.capacity, "nvidia.com/gpu": "4" },
      });
      assert.deepEqual(outputs["nodes"], ["l4-0"]);
      await local.update(types.pool, "l4", inputs, pool);
      assert.deepEqual((await local.read(types.pool, "l4", pool)).inputs, pool);
    });

    it("adds and removes nodes and changes their capacity", async () => {
      const grown = { ...pool, count: 3, capacity: { ...pool.capacity, cpu: "16" } };
      assert.deepEqual((await local.diff(types.pool, "l4", pool, grown)).changes, {
        count: "update",
        "capacity.cpu": "update",
      });
      await local.update(types.pool, "l4", pool, grown);
      assert.deepEqual(await nodes(), ["l4-0", "l4-1", "l4-2"]);
      assert.deepEqual((await local.read(types.pool, "l4", grown)).inputs, grown);
      const shrunk = { ...pool, count: 1 };
      await local.update(types.pool, "l4", grown, shrunk);
      assert.deepEqual(await nodes(), ["l4-0"]);
    });

    it("names its nodes in the same order when they are read", async () => {
      const many = { ...pool, name: "many", count: 11, labels: {} };
      const { outputs } = await local.create(types.pool, many);
      assert.deepEqual((await local.read(types.pool, "many", many)).outputs, outputs);
      await local.delete(types.pool, "many", many);
    });

    it("refuses the name of a node that is not its own", async () => {
      const { message } = await refusal(
        local.create(types.pool, { ...pool, name: "node", labels: {} }),
      );
      assert.equal(
        message,
        "NodePool node: node node-0 exists and is of another pool; rename the pool",
      );
    });

    it("removes its nodes, and says then that it is gone", async () => {
      await local.delete(types.pool, "l4", pool);
      assert.deepEqual(await nodes(), []);
      assert.equal((await local.read(types.pool, "l4", pool)).id, "");
      await local.delete(types.pool, "l4", pool);
    });
  });
});

function objectOf(inputs: Outputs): KubernetesObject {
  const object: unknown = inputs;
  assert.ok(isKubernetesObject(object));
  return object;
}

/** The kubeconfig with a port where nothing listens. */
function unanswered(kubeconfig: string): string {
  return `${readFileSync(kubeconfig, "utf8").replace(/(127\.0\.0\.1:)\d+/, "$11")}\n`;
}

/** The live inputs of a resource, whether or not it is well. */
async function readAnyHow(type: string, id: string, inputs: Outputs): Promise<Outputs> {
  try {
    return (await kubernetes.read(type, id, inputs)).inputs;
  } catch (error) {
    if (error instanceof Refused && error.notReady) return error.notReady.inputs;
    throw error;
  }
}

/** A namespace refuses pods until its service account is there. */
async function waitForAccount(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  while ((await client.get(path)) === undefined) await sleep(50);
}
