/** What the embedded provider says of objects that the API refuses, warns of or cannot be asked about. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isMap, isUnknown } from "../../../embedded/clouds/property-value.ts";
import type { KubernetesClient } from "../../../embedded/kubernetes/client.ts";
import {
  type ProviderProcess,
  refusal,
  startProvider,
  urnOf,
} from "../../support/provider-client.ts";
import {
  configMapInputs,
  deploymentInputs,
  namespaceInputs,
  objectOf,
  types,
  withProvider,
} from "../../support/provider-set-up.ts";
import type { TestCluster } from "../../support/test-cluster.ts";

let cluster: TestCluster;
let client: KubernetesClient;
let kubernetes: ProviderProcess;

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  withProvider("kubernetes", (on) => {
    ({ cluster, client, provider: kubernetes } = on);
  });

  describe("kubernetes", () => {
    before(async () => {
      await kubernetes.create(types.namespace, namespaceInputs("life"));
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
});

/** The kubeconfig with a port where nothing listens. */
function unanswered(kubeconfig: string): string {
  return `${readFileSync(kubeconfig, "utf8").replace(/(127\.0\.0\.1:)\d+/, "$11")}\n`;
}

/** A namespace refuses pods until its service account is there. */
async function waitForAccount(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  while ((await client.get(path)) === undefined) await sleep(50);
}
