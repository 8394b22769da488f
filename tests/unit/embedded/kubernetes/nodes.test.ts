import assert from "node:assert/strict";
import { KubernetesError } from "../../../../embedded/kubernetes/kubernetes-error.ts";
import {
  applyNode,
  isSimulated,
  type NodeCapacity,
  readNodes,
  removeNode,
  simulatedNode,
} from "../../../../embedded/kubernetes/nodes.ts";
import { type KubernetesObject, readStrings } from "../../../../embedded/kubernetes/objects.ts";

type Api = Parameters<typeof applyNode>[0];

const capacity: NodeCapacity = { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" };
const node = simulatedNode({ name: "gpu-0", pool: "gpu", capacity });

/** What the live node is, each time it is read. */
function live(
  ready: string,
  has: Readonly<Record<string, string>>,
  taints: readonly string[] = [],
): KubernetesObject {
  return {
    ...node,
    spec: { taints: taints.map((key) => ({ key, effect: "NoSchedule" })) },
    status: { capacity: has, conditions: [{ type: "Ready", status: ready, message: "starting" }] },
  };
}

const whole = readStrings(node, "status", "capacity");

interface FakeApi extends Api {
  readonly calls: readonly string[];
}

/** Answers reads of the node by `states` in turn, the last for ever. */
function fakeApi(
  states: readonly KubernetesObject[],
  pods: readonly KubernetesObject[] = [],
): FakeApi {
  const calls: string[] = [];
  const left = [...states];
  return {
    calls,
    apply: async (object) => {
      calls.push(`apply ${Object.keys(object).join()}`);
      return object;
    },
    patch: async (path, body, { subresource }) => {
      calls.push(`patch ${path}/${subresource} ${JSON.stringify(body)}`);
      return node;
    },
    get: async () => (left.length > 1 ? left.shift() : left[0]),
    list: async (path, options) => {
      calls.push(`list ${path} ${options?.fieldSelector ?? options?.labelSelector}`);
      return pods;
    },
    remove: async (path, options) => {
      calls.push(`remove ${path} ${JSON.stringify(options)}`);
      if (path.endsWith("/replaced"))
        throw new KubernetesError("", "", { reason: "Conflict", status: 409 });
      return true;
    },
  };
}

describe("simulated node", () => {
  it("is a Node with its pool, its capacity and the marks of a simulated one", () => {
    const taints = [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] as const;
    const labels = { "node.kubernetes.io/instance-type": "g6.xlarge" };
    const expected = { pods: "110", "ephemeral-storage": "100Gi", ...capacity };
    assert.deepEqual(simulatedNode({ name: "gpu-0", pool: "gpu", labels, taints, capacity }), {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "gpu-0",
        labels: {
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/os": "linux",
          "kubernetes.io/hostname": "gpu-0",
          "node.kubernetes.io/instance-type": "g6.xlarge",
          "inference-platform/pool": "gpu",
          "inference-platform/simulated": "true",
        },
        annotations: { "kwok.x-k8s.io/node": "fake" },
      },
      spec: { taints },
      status: { capacity: expected, allocatable: expected },
    });
  });

  it("cannot be labelled as a real one or of another pool", () => {
    const labels = { "inference-platform/simulated": "false", "inference-platform/pool": "other" };
    const { metadata } = simulatedNode({ name: "a", pool: "gpu", labels, capacity });
    assert.equal(metadata.labels?.["inference-platform/simulated"], "true");
    assert.equal(metadata.labels?.["inference-platform/pool"], "gpu");
  });

  it("says no taints in so many words, so that those of last time go", () => {
    assert.deepEqual(node["spec"], { taints: [] });
  });

  it("is told from a real one", () => {
    assert.equal(isSimulated(node), true);
    assert.equal(
      isSimulated({ apiVersion: "v1", kind: "Node", metadata: { name: "real" } }),
      false,
    );
  });
});

describe("applying a node", () => {
  const status = `patch /api/v1/nodes/gpu-0/status ${JSON.stringify([
    { op: "add", path: "/status/capacity", value: whole },
    { op: "add", path: "/status/allocatable", value: whole },
  ])}`;

  it("writes the node without its status, and the status apart", async () => {
    const api = fakeApi([live("True", whole)]);
    await applyNode(api, node);
    assert.deepEqual(api.calls, ["apply apiVersion,kind,metadata,spec", status]);
  });

  it("waits until the node is ready and no longer marked as not ready", async () => {
    const ready = live("True", whole, ["nvidia.com/gpu"]);
    const states = [
      live("False", whole),
      live("True", whole, ["node.kubernetes.io/not-ready"]),
      ready,
    ];
    assert.equal(await applyNode(fakeApi(states), node), ready);
  });

  it("writes the capacity again when kwok has overwritten it", async () => {
    const api = fakeApi([live("True", { cpu: "1k" }), live("True", whole)]);
    await applyNode(api, node);
    assert.deepEqual(api.calls.slice(1), [status, status]);
  });

  it("gives up in time, with what the node says", async () => {
    await assert.rejects(applyNode(fakeApi([live("False", whole)]), node, { timeoutMs: 100 }), {
      name: "Failure",
      message: 'node "gpu-0" is not ready after 0.1 s: starting',
    });
  });

  it("stops when it is called off", async () => {
    const signal = AbortSignal.timeout(50);
    const begin = performance.now();
    await assert.rejects(applyNode(fakeApi([live("False", whole)]), node, { signal }));
    assert.ok(performance.now() - begin < 5_000);
  });
});

describe("removing a node", () => {
  it("removes the node first, then its pods at once, and no pod that took a name since", async () => {
    const pod = (name: string): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "team", uid: `uid-${name}` },
    });
    const api = fakeApi([], [pod("a"), pod("replaced")]);
    assert.equal(await removeNode(api, "gpu-0"), true);
    assert.deepEqual(api.calls, [
      "remove /api/v1/nodes/gpu-0 {}",
      "list /api/v1/pods spec.nodeName=gpu-0",
      'remove /api/v1/namespaces/team/pods/a {"gracePeriodSeconds":0,"uid":"uid-a"}',
      'remove /api/v1/namespaces/team/pods/replaced {"gracePeriodSeconds":0,"uid":"uid-replaced"}',
    ]);
  });
});

describe("the simulated nodes of a pool", () => {
  it("are found by their labels, so that a real node of the pool is left alone", async () => {
    const api = fakeApi([]);
    await readNodes(api, "gpu");
    assert.deepEqual(api.calls, [
      "list /api/v1/nodes inference-platform/pool=gpu,inference-platform/simulated=true",
    ]);
  });
});
