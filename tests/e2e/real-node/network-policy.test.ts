/**
 * What a real node does not do: neither of its CNI plugins enforces NetworkPolicies. Whoever adds one that does turns the
 * last expectation here around, and takes the note out of what `npm run up` prints.
 */
import assert from "node:assert/strict";
import { nodeName } from "../../../embedded/kubernetes/node/network.ts";
import { readString } from "../../../embedded/kubernetes/objects.ts";
import { eventually, paths, type RealStack, withRealStack } from "../../support/real-stack.ts";
import { serverImage } from "../../support/real-variant.ts";

const stranger = "/api/v1/namespaces/default/pods/stranger";

const ask = `import urllib.request
print(urllib.request.urlopen("http://iris.flowers.svc.cluster.local:8000/readyz", timeout=10).status)`;

describe("network policies on a real node", function () {
  this.timeout(120_000);
  let stack: RealStack;

  withRealStack((on) => {
    stack = on;
  });
  after(async () => {
    await stack.client.remove(stranger, { gracePeriodSeconds: 0 });
  });

  it("let nobody in but the team and the gateway", async () => {
    const policies = await stack.client.list(paths.policies);
    assert.deepEqual(policies.map(({ metadata }) => metadata.name).toSorted(), [
      "default-deny",
      "iris",
    ]);
    const own = await stack.client.get("/api/v1/namespaces/default");
    assert.equal(own?.metadata.labels?.["inference-platform/role"], undefined);
  });

  it("are not enforced: a pod of a namespace without permission reaches the service", async () => {
    await stack.client.create(
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "stranger", namespace: "default" },
        spec: {
          restartPolicy: "Never",
          nodeSelector: { "kubernetes.io/hostname": nodeName },
          tolerations: [{ operator: "Exists" }],
          containers: [
            { name: "ask", image: await serverImage(stack), command: ["python3", "-c", ask] },
          ],
        },
      },
      { fieldManager: "test" },
    );
    await eventually("it has ended", async () => {
      const phase = readString(await stack.client.get(stranger), "status", "phase");
      return phase === "Succeeded" || phase === "Failed";
    });
    assert.equal(await stack.client.logs("default", "stranger"), "200\n");
  });
});
