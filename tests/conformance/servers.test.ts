import assert from "node:assert/strict";
import type { ModelServer } from "../../platform/contracts/server.ts";
import { type ServerId, servers } from "../../platform/facts/servers/index.ts";
import type { ServicePlan } from "../../platform/plan/plan.ts";
import { serviceSchema } from "../../platform/spec/schema.ts";
import { memoryQuantity } from "../../platform/units.ts";
import { planSmall } from "../support/small-stack.ts";

/** A service file of each server, with a model and a GPU. */
const files: Readonly<Record<ServerId, string>> = {
  fastapi: "server: fastapi\nimage: registry.example/app:1\n",
  triton: "server: triton\n",
};

function planned(id: ServerId): ServicePlan {
  const rest = `model: { path: vision/resnet50/1, size: 5GiB }
gpu: { model: l4, count: 1 }
resources: { cpu: 4, memory: 8GiB }
requestTimeout: 45s
`;
  const service = planSmall(["resnet50", undefined, files[id] + rest]).services["resnet50"];
  if (service === undefined) throw new Error(`${id} has no plan`);
  return service;
}

for (const [id, server] of Object.entries<ModelServer>(servers)) {
  if (!isServer(id)) throw new Error(`${id} has no service file here`);

  describe(`Model server ${id}`, () => {
    const { ports, health, drain, sharedMemoryMiB, writablePaths, user } = server;
    const plan = planned(id);
    const [container] = plan.pod.containers;

    it("has a schema that asks for what its facts need", () => {
      const { shape } = serviceSchema(id);
      assert.equal("image" in shape, server.image.from === "service");
      assert.equal(shape.model.safeParse(undefined).success, server.model.need === "optional");
      assert.equal("gpu" in shape, server.gpu !== "none");
    });

    it("listens on ports of its own, above those that need root", () => {
      const numbers = Object.values(ports);
      assert.equal(new Set(numbers).size, numbers.length);
      for (const port of numbers) assert.ok(port >= 1024 && port <= 65_535);
      assert.deepEqual(
        container?.ports?.map(({ containerPort }) => containerPort),
        numbers,
      );
    });

    it("tells alive from ready, so that a loading model is not killed", () => {
      assert.notEqual(health.live, health.ready);
      for (const path of Object.values(health)) assert.match(path, /^\/[^?]+$/);
      assert.equal(container?.livenessProbe?.httpGet.path, health.live);
      assert.equal(container?.readinessProbe?.httpGet.path, health.ready);
      assert.equal(container?.startupProbe?.httpGet.path, health.startup);
    });

    it("drains within the grace period, for as long as a request may take", () => {
      const preStop = container?.lifecycle?.preStop.sleep.seconds ?? 0;
      assert.equal(preStop, drain.preStopSeconds);
      assert.ok(preStop + Math.max(45, drain.exitSeconds) < plan.pod.terminationGracePeriodSeconds);
    });

    it("is told how long it may drain", () => {
      const { args, env } = server.command({ name: "x", mount: "/m", drainSeconds: 4321 });
      assert.match([...args, ...Object.values(env)].join(" "), /\b4321\b/);
    });

    it("is told where its model is", () => {
      const { args, env } = server.command({ name: "x", mount: "/somewhere", drainSeconds: 1 });
      assert.match([...args, ...Object.values(env)].join(" "), /\/somewhere\b/);
      const mounts = container?.volumeMounts.filter(({ name }) => name === "model");
      assert.deepEqual(mounts, [{ name: "model", mountPath: server.model.mount, readOnly: true }]);
    });

    it("keeps shared memory within its memory", () => {
      const shm = plan.pod.volumes.find(({ name }) => name === "shm");
      assert.deepEqual(shm?.emptyDir, {
        medium: "Memory",
        sizeLimit: memoryQuantity(sharedMemoryMiB),
      });
      assert.throws(
        () => planSmall(["iris", undefined, lean(id, sharedMemoryMiB)]),
        /resources\.memory: got \d+MiB, of which \w+ may use/,
      );
    });

    it("writes to volumes only, as a user other than root", () => {
      assert.equal(container?.securityContext.readOnlyRootFilesystem, true);
      const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
      for (const path of writablePaths) assert.ok(mounts.includes(path), path);
      assert.ok(user.uid > 0 && user.gid > 0);
      assert.equal(plan.pod.securityContext.runAsUser, user.uid);
    });

    it("mounts every volume that its pod has, and no other", () => {
      const { initContainers, containers, volumes } = plan.pod;
      const mounted = [...initContainers, ...containers].flatMap(({ volumeMounts }) =>
        volumeMounts.map(({ name }) => name),
      );
      assert.deepEqual(new Set(mounted), new Set(volumes.map(({ name }) => name)));
    });

    it("requests whole GPUs and limits itself to them", () => {
      const { requests, limits } = container?.resources ?? {};
      assert.equal(requests?.["nvidia.com/gpu"], "1");
      assert.equal(limits?.["nvidia.com/gpu"], "1");
    });
  });
}

/** A file that asks for as much memory as the server may use as shared memory, and no more. */
function lean(id: ServerId, memoryMiB: number): string {
  return `${files[id]}model: { path: flowers/x/1, size: 1MiB }
resources: { cpu: 1, memory: ${memoryMiB}MiB }
requestTimeout: 1s
`;
}

function isServer(id: string): id is ServerId {
  return id in files;
}
