/** Admission and scheduling of pods by the embedded control plane, on simulated nodes. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesError } from "../../../embedded/kubernetes/kubernetes-error.ts";
import {
  applyNode,
  readNodes,
  removeNode,
  type SimulatedNodeArgs,
  simulatedNode,
} from "../../../embedded/kubernetes/nodes.ts";
import {
  conditionOf,
  type KubernetesObject,
  read,
  readString,
  readStrings,
  referenceTo,
} from "../../../embedded/kubernetes/objects.ts";
import {
  admin,
  ensure,
  eventually,
  fieldManager,
  namespace,
  ownState,
} from "../../support/control-plane.ts";

describe("control plane of an embedded stack", function () {
  this.timeout(120_000);
  ownState();

  before(async () => {
    await ensure();
  });

  describe("Pod Security", () => {
    const privileged: KubernetesObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "privileged", namespace: "restricted" },
      spec: {
        containers: [{ name: "main", image: "server", securityContext: { privileged: true } }],
      },
    };

    it("refuses a privileged pod where the namespace says restricted, and only there", async () => {
      const client = admin();
      await client.apply(
        namespace("restricted", { "pod-security.kubernetes.io/enforce": "restricted" }),
        {
          fieldManager,
        },
      );
      await client.apply(namespace("open"), { fieldManager });
      await assert.rejects(client.apply(privileged, { fieldManager, dryRun: true }), (error) => {
        assert.ok(error instanceof KubernetesError);
        assert.equal(error.reason, "Forbidden");
        assert.match(error.message, /violates PodSecurity "restricted:latest": privileged/);
        return true;
      });
      const metadata = { ...privileged.metadata, namespace: "open" };
      await eventually("the service account of the namespace", async () =>
        client.get("/api/v1/namespaces/open/serviceaccounts/default"),
      );
      await client.apply({ ...privileged, metadata }, { fieldManager, dryRun: true });
    });
  });

  describe("simulated GPU node", () => {
    const args: SimulatedNodeArgs = {
      name: "gpu-0",
      pool: "gpu",
      labels: { "node.kubernetes.io/instance-type": "one-gpu" },
      taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
      capacity: { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" },
    };

    function deployment(replicas: number): KubernetesObject {
      const labels = { app: "triton" };
      return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "triton", namespace: "default" },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              nodeSelector: { "inference-platform/pool": "gpu" },
              tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
              containers: [
                { name: "main", image: "triton", resources: { limits: { "nvidia.com/gpu": "1" } } },
              ],
            },
          },
        },
      };
    }

    function pods(): Promise<readonly KubernetesObject[]> {
      return admin().list("/api/v1/namespaces/default/pods", { labelSelector: "app=triton" });
    }

    function phases(found: readonly KubernetesObject[]): readonly string[] {
      return found.map((pod) => readString(pod, "status", "phase") ?? "").sort();
    }

    it("becomes ready with its capacity and taints", async () => {
      const begin = performance.now();
      const node = await applyNode(admin(), simulatedNode(args));
      console.log(`      ready after ${(performance.now() - begin).toFixed(0)} ms`);
      assert.equal(readStrings(node, "status", "allocatable")["nvidia.com/gpu"], "1");
      const found = await readNodes(admin(), "gpu");
      assert.deepEqual(
        found.map(({ metadata }) => metadata.name),
        ["gpu-0"],
      );
      assert.equal(found[0]?.metadata.labels?.["inference-platform/simulated"], "true");
      assert.deepEqual(await readNodes(admin(), "other"), []);
      assert.deepEqual(read(node, "spec", "taints"), args.taints);
    });

    it("runs the pod that fits and leaves the second GPU pod pending", async () => {
      const client = admin();
      await client.apply(deployment(2), { fieldManager });
      await eventually(
        "one pod running",
        async () => phases(await pods()).includes("Running") || undefined,
      );
      await sleep(1_000);
      const found = await pods();
      assert.deepEqual(phases(found), ["Pending", "Running"]);
      const pending = found.find((pod) => readString(pod, "status", "phase") === "Pending");
      assert.ok(pending);
      assert.match(
        conditionOf(pending, "PodScheduled")?.message ?? "",
        /1 Insufficient nvidia.com\/gpu/,
      );
      const live = await client.find(referenceTo(deployment(2)));
      assert.equal(read(live, "status", "readyReplicas"), 1);
    });

    it("serves no logs", async () => {
      const running = (await pods()).find(
        (pod) => readString(pod, "status", "phase") === "Running",
      );
      assert.ok(running);
      await assert.rejects(
        admin().logs("default", running.metadata.name),
        /no preferred addresses found/,
      );
    });

    it("takes the second pod when it gets a second GPU", async () => {
      const capacity = { ...args.capacity, "nvidia.com/gpu": "2" };
      await applyNode(admin(), simulatedNode({ ...args, capacity }));
      await eventually(
        "both pods running",
        async () => phases(await pods()).join() === "Running,Running" || undefined,
      );
    });

    it("loses a resource and a taint that it is no longer given", async () => {
      const { "nvidia.com/gpu": _, ...capacity } = args.capacity;
      const node = await applyNode(admin(), simulatedNode({ ...args, capacity, taints: [] }));
      assert.deepEqual(Object.keys(readStrings(node, "status", "capacity")).sort(), [
        "cpu",
        "ephemeral-storage",
        "memory",
        "pods",
      ]);
      assert.equal(read(node, "spec", "taints"), undefined);
    });

    it("goes with its pods, and leaves no object behind", async () => {
      const client = admin();
      assert.equal(await removeNode(client, "gpu-0"), true);
      assert.equal(await removeNode(client, "gpu-0"), false);
      assert.deepEqual(phases(await pods()), ["Pending", "Pending"]);
      await client.remove("/apis/apps/v1/namespaces/default/deployments/triton");
      await eventually("the pods to go", async () => (await pods()).length === 0 || undefined);
      await eventually("the node's lease to go", async () => {
        const leases = await client.list(
          "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
        );
        return leases.length === 0 || undefined;
      });
    });
  });
});
