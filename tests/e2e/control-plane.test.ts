/** The embedded control plane with its real programs: start, repair, rights, scheduling on simulated nodes, stop. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureBuild } from "../../embedded/engine/go-build.ts";
import { Failure } from "../../embedded/failure.ts";
import { removeUnusableCertificate } from "../../embedded/kubernetes/certificate.ts";
import { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import {
  type ControlPlane,
  controlPlaneStatus,
  ensureControlPlane,
  stopControlPlane,
} from "../../embedded/kubernetes/control-plane.ts";
import { failedWith, KubernetesError } from "../../embedded/kubernetes/kubernetes-error.ts";
import {
  applyNode,
  readNodes,
  removeNode,
  type SimulatedNodeArgs,
  simulatedNode,
} from "../../embedded/kubernetes/nodes.ts";
import {
  conditionOf,
  type KubernetesObject,
  read,
  readString,
  readStrings,
  referenceTo,
} from "../../embedded/kubernetes/objects.ts";
import type { Binaries, ProcessName } from "../../embedded/kubernetes/processes.ts";
import { checkoutRoot, stackPaths } from "../../embedded/paths.ts";
import { owned, stopOwned } from "../../embedded/process-table.ts";
import { silent } from "../../embedded/progress.ts";
import { listening } from "../support/sockets.ts";

const all: readonly ProcessName[] = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
];
const fieldManager = "test";
const stack = "one";

let binaries: Binaries;
let stateBefore: string | undefined;
let state: string;

function ensure(name = stack): Promise<ControlPlane> {
  return ensureControlPlane(name, binaries, silent);
}

async function pids(name = stack): Promise<Partial<Record<ProcessName, number>>> {
  return (await controlPlaneStatus(name)).processes;
}

function admin(name = stack): KubernetesClient {
  return KubernetesClient.fromFile(stackPaths(name).kubeconfig);
}

async function kill(pid: number | undefined, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  assert.ok(pid !== undefined);
  process.kill(pid, signal);
  await sleep(100);
}

async function killAll(name = stack): Promise<void> {
  await stopOwned("control-plane", name, 0);
}

/** Runs lines of a program that knows the control plane, in a process of its own. */
function run(lines: string): ChildProcess {
  const program = `
    import { ensureControlPlane, stopControlPlane } from "${checkoutRoot}/embedded/kubernetes/control-plane.ts";
    import { silent } from "${checkoutRoot}/embedded/progress.ts";
    ${lines}`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
}

function running(name: string): number {
  return owned("control-plane", name).length;
}

async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
  everyMs = 100,
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(everyMs)) {
    const result = await check();
    if (result !== undefined) return result;
  }
  assert.fail(`waited ${timeoutMs} ms in vain for ${what}`);
}

function configMap(name: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { name },
  };
}

async function remember(name: string, client = admin()): Promise<void> {
  await client.apply(configMap(name), { fieldManager });
}

async function isRemembered(name: string, client = admin()): Promise<boolean> {
  return (await client.get(`/api/v1/namespaces/default/configmaps/${name}`)) !== undefined;
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function refusedWith(reason: string): (error: unknown) => boolean {
  return (error) => failedWith(error, reason);
}

describe("control plane of an embedded stack", function () {
  this.timeout(120_000);

  before(async function () {
    this.timeout(45 * 60_000); // The first run on a machine builds the programs.
    binaries = {
      etcd: await ensureBuild("etcd", silent),
      kubernetes: await ensureBuild("kubernetes", silent),
      kwok: await ensureBuild("kwok", silent),
    };
    stateBefore = process.env["INFERENCE_PLATFORM_STATE"];
    state = mkdtempSync(join(tmpdir(), "control-plane-"));
    process.env["INFERENCE_PLATFORM_STATE"] = state;
  });

  after(async () => {
    for (const name of [stack, "two", "killed"]) await stopControlPlane(name);
    if (stateBefore === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
    else process.env["INFERENCE_PLATFORM_STATE"] = stateBefore;
    rmSync(state, { recursive: true, force: true });
  });

  it("starts from nothing", async () => {
    const begin = performance.now();
    const { kubeconfig, server, started } = await ensure();
    console.log(`      ready after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
    assert.deepEqual(started, all);
    assert.equal(kubeconfig, stackPaths(stack).kubeconfig);
    assert.match(server, /^https:\/\/127\.0\.0\.1:2\d{4}$/);
    assert.equal((await controlPlaneStatus(stack)).state, "running");
    assert.match(readFileSync(kubeconfig, "utf8"), /"current-context": "inference-platform-one"/);
  });

  it("changes nothing when all is well", async () => {
    const before = await pids();
    const config = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const begin = performance.now();
    const { started } = await ensure();
    console.log(`      found well after ${(performance.now() - begin).toFixed(0)} ms`);
    assert.deepEqual(started, []);
    assert.deepEqual(await pids(), before);
    assert.equal(readFileSync(stackPaths(stack).kubeconfig, "utf8"), config);
  });

  it("listens on one port, on 127.0.0.1", async () => {
    const { host } = new URL(admin().server);
    assert.deepEqual(listening(owned("control-plane", stack)), [host]);
  });

  it("keeps its keys, tokens and sockets from other users of the machine", () => {
    const { controlPlane, kubeconfig } = stackPaths(stack);
    assert.equal(statSync(controlPlane).mode & 0o777, 0o700);
    assert.equal(statSync(kubeconfig).mode & 0o777, 0o600);
    for (const file of readdirSync(controlPlane).filter((name) =>
      /token|settings|key|config/.test(name),
    )) {
      assert.equal(statSync(join(controlPlane, file)).mode & 0o777, 0o600, file);
    }
  });

  it("answers nobody without a token, and a component only in its own work", async () => {
    const text = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const nobody = KubernetesClient.fromText(text.replace(/"token": "\w+"/, '"token": ""'));
    await assert.rejects(nobody.text("/readyz"), refusedWith("Unauthorized"));
    const kwok = KubernetesClient.fromFile(join(stackPaths(stack).controlPlane, "kwok.kubeconfig"));
    assert.deepEqual(await kwok.list("/api/v1/nodes"), []);
    await assert.rejects(kwok.list("/api/v1/secrets"), refusedWith("Forbidden"));
    await assert.rejects(kwok.apply(configMap("mine"), { fieldManager }), refusedWith("Forbidden"));
  });

  for (const name of all) {
    it(`starts a killed ${name} again, with all data kept`, async () => {
      await remember(`before-${name}`);
      const before = await pids();
      await kill(before[name]);
      assert.equal((await controlPlaneStatus(stack)).state, "broken");
      const begin = performance.now();
      const { started } = await ensure();
      console.log(`      mended after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
      const expected = name === "etcd" ? ["etcd", "kube-apiserver"] : [name];
      assert.deepEqual(started, expected);
      const after = await pids();
      for (const other of all.filter((one) => !expected.includes(one))) {
        assert.equal(after[other], before[other], other);
      }
      assert.ok(await isRemembered(`before-${name}`));
    });
  }

  it("starts everything again after a reboot, with the same kubeconfig", async () => {
    await remember("before-reboot");
    const config = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    await killAll();
    assert.equal((await controlPlaneStatus(stack)).state, "stopped");
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.equal(readFileSync(stackPaths(stack).kubeconfig, "utf8"), config);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("takes another port when somebody has taken its own", async () => {
    const { port } = new URL(admin().server);
    await killAll();
    const stranger = createServer().listen(Number(port), "127.0.0.1");
    await once(stranger, "listening");
    try {
      const { server } = await ensure();
      assert.notEqual(new URL(server).port, port);
      assert.equal(admin().server, server);
      assert.ok(await isRemembered("before-reboot"));
    } finally {
      stranger.close();
    }
  });

  it("makes a new certificate when the old one is damaged", async () => {
    await killAll();
    rmSync(join(stackPaths(stack).controlPlane, "apiserver.key"));
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("makes a new certificate when the old one is about to expire, and not before", async () => {
    await killAll();
    const { controlPlane } = stackPaths(stack);
    const isThere = (): boolean => existsSync(join(controlPlane, "apiserver.crt"));
    const day = 24 * 3_600_000;
    removeUnusableCertificate(controlPlane, Date.now() + 300 * day);
    assert.equal(isThere(), true);
    removeUnusableCertificate(controlPlane, Date.now() + 340 * day);
    assert.equal(isThere(), false);
    await ensure();
    assert.ok(await isRemembered("before-reboot"));
  });

  it("starts everything anew when the API server no longer answers", async () => {
    const before = await pids();
    await kill(before["kube-apiserver"], "SIGSTOP");
    const { started } = await ensure();
    assert.deepEqual(started, all);
    assert.ok(await isRemembered("before-reboot"));
  });

  it("says why when its data is damaged, and starts over when it was stopped", async () => {
    await ensure("two");
    await killAll("two");
    writeFileSync(join(stackPaths("two").controlPlane, "etcd-data/member/snap/db"), "damaged");
    await assert.rejects(ensure("two"), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /^etcd ended; the end of .*etcd\.log:\n/);
      assert.match(
        error.message,
        /\nif it stays so, "npm run down -- two" removes .* with its data$/,
      );
      return true;
    });
    await stopControlPlane("two");
    assert.deepEqual((await ensure("two")).started, all);
    await stopControlPlane("two");
  });

  it("says why when a program cannot start", async () => {
    const broken = { ...binaries, etcd: "/nowhere" };
    await assert.rejects(ensureControlPlane("two", broken, silent), {
      name: "Failure",
      message: /^cannot start \/nowhere\/etcd: .*ENOENT/,
    });
    assert.equal(await stopControlPlane("two"), 0);
  });

  for (const reached of [0, 1, 2, 3, 5]) {
    it(`continues a start that was killed when ${reached} processes ran`, async () => {
      const command = run(
        `await ensureControlPlane("killed", ${JSON.stringify(binaries)}, silent);`,
      );
      if (reached === 0) await sleep(100);
      else
        await eventually(
          "the processes",
          () => running("killed") >= reached || undefined,
          90_000,
          2,
        );
      command.kill("SIGKILL");
      const { started } = await ensure("killed");
      assert.equal((await controlPlaneStatus("killed")).state, "running");
      assert.ok(started.length <= all.length - reached);
      await stopControlPlane("killed");
    });
  }

  for (const left of [5, 0]) {
    it(`finishes a stop that was killed when ${left} processes were left`, async () => {
      await ensure("killed");
      const command = run(`await stopControlPlane("killed");`);
      if (left > 0) await sleep(100);
      else await eventually("no process", () => running("killed") === 0 || undefined, 30_000, 1);
      command.kill("SIGKILL");
      await ensure("killed");
      assert.equal((await controlPlaneStatus("killed")).state, "running");
      await stopControlPlane("killed");
      assert.equal(existsSync(stackPaths("killed").folder), false);
    });
  }

  it("leaves another stack alone", async () => {
    const before = await pids();
    const other = await ensure("two");
    await remember("only-in-two", admin("two"));
    assert.notEqual(other.server, admin().server);
    assert.equal(await isRemembered("only-in-two"), false);
    const token = /"token": "(\w+)"/.exec(readFileSync(other.kubeconfig, "utf8"))?.[1] ?? "";
    const text = readFileSync(stackPaths(stack).kubeconfig, "utf8");
    const intruder = KubernetesClient.fromText(
      text.replace(/"token": "\w+"/, `"token": "${token}"`),
    );
    await assert.rejects(intruder.text("/readyz"), refusedWith("Unauthorized"));
    assert.equal(await stopControlPlane("two"), all.length);
    assert.deepEqual(await pids(), before);
    assert.equal((await controlPlaneStatus(stack)).state, "running");
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

  describe("when it is stopped", () => {
    it("leaves no process, port or file behind when it is stopped, and can be stopped twice", async () => {
      const { port } = new URL(admin().server);
      const begin = performance.now();
      assert.equal(await stopControlPlane(stack), all.length);
      console.log(`      stopped after ${(performance.now() - begin).toFixed(0)} ms`);
      assert.deepEqual(owned("control-plane", stack), []);
      assert.equal(existsSync(stackPaths(stack).folder), false);
      const probe = createServer().listen(Number(port), "127.0.0.1");
      await once(probe, "listening");
      probe.close();
      assert.equal(await stopControlPlane(stack), 0);
      assert.deepEqual(await controlPlaneStatus(stack), { state: "stopped", processes: {} });
    });
  });
});
