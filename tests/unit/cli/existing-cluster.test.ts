import assert from "node:assert/strict";
import { refuseForeignNamespaces, versionNote } from "../../../cli/existing-cluster.ts";
import { reachText } from "../../../cli/existing-stack.ts";
import type { PodReport, ServiceReport } from "../../../cli/service-report.ts";
import { onExistingCluster, planSmall } from "../../support/small-stack.ts";

const plan = planSmall(...onExistingCluster);

describe("a cluster that exists", () => {
  it("is remarked upon when it has another version than the platform was tried with", () => {
    assert.equal(versionNote("v1.36.2"), undefined);
    assert.equal(versionNote("v1.36.0+k3s1"), undefined);
    for (const version of ["v1.31.4", "v1.360.0", "unknown"]) {
      assert.match(
        versionNote(version) ?? "",
        new RegExp(`runs Kubernetes ${version}, .* 1\\.36 only`),
      );
    }
  });

  const namespaces = (owners: Readonly<Record<string, string | undefined>>) => ({
    get: (path: string) => {
      const name = path.split("/").at(-1) ?? "";
      const owner = owners[name];
      const labels = owner === undefined ? {} : { "inference-platform/stack": owner };
      const found = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
      return Promise.resolve(name in owners ? found : undefined);
    },
  });

  it("may have the namespaces that the stack itself has made", async () => {
    await refuseForeignNamespaces(plan, namespaces({}));
    await refuseForeignNamespaces(plan, namespaces({ vision: "small" }));
  });

  it("must not have those of others, because they would go when the stack does", async () => {
    const live = namespaces({ vision: undefined, flowers: "another" });
    await assert.rejects(refuseForeignNamespaces(plan, live), {
      name: "Failure",
      message:
        'the cluster has namespaces of these names that are not of the stack "small": vision, flowers; fix: rename the teams, or remove the namespaces if nobody needs what is in them',
    });
  });
});

describe("how to call a service on a cluster that exists", () => {
  const pod: PodReport = { name: "p", node: "n", simulated: false, ready: true };
  const reports = (pods: readonly PodReport[]): readonly ServiceReport[] =>
    Object.values(plan.services).map((service) => ({ service, ready: 1, pods }));

  it("is a command for each that runs, each with a port of its own", () => {
    assert.deepEqual(reachText(reports([pod]), "kind-mine"), [
      "Call a service from here:",
      "  kubectl --context 'kind-mine' -n flowers port-forward service/iris 8080:http   # http://127.0.0.1:8080",
      "  kubectl --context 'kind-mine' -n vision port-forward service/resnet50 8081:http   # http://127.0.0.1:8081",
    ]);
  });

  it("is not told of pods that nobody can call", () => {
    assert.deepEqual(reachText(reports([{ ...pod, ready: false }]), "kind-mine"), []);
    assert.deepEqual(reachText(reports([{ ...pod, simulated: true }]), "kind-mine"), [
      "Pods on simulated nodes run no container: nothing there answers requests.",
    ]);
  });
});
