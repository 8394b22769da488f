/** A control plane of its own for one test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuild } from "../../embedded/engine/go-build.ts";
import { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { ensureControlPlane, stopControlPlane } from "../../embedded/kubernetes/control-plane.ts";
import { silent } from "../../embedded/progress.ts";

/** A running control plane, with kwok and without nodes. */
export interface TestCluster {
  readonly kubeconfig: string;
  /** As administrator. */
  readonly client: KubernetesClient;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a control plane in a temporary folder. The first run on a machine builds its programs. */
export async function startTestCluster(stack: string): Promise<TestCluster> {
  const binaries = {
    etcd: await ensureBuild("etcd", silent),
    kubernetes: await ensureBuild("kubernetes", silent),
    kwok: await ensureBuild("kwok", silent),
  };
  const before = process.env["INFERENCE_PLATFORM_STATE"];
  const state = mkdtempSync(join(tmpdir(), "test-cluster-"));
  process.env["INFERENCE_PLATFORM_STATE"] = state;
  const { kubeconfig } = await ensureControlPlane(stack, binaries, silent);
  return {
    kubeconfig,
    client: KubernetesClient.fromFile(kubeconfig),
    async stop() {
      await stopControlPlane(stack);
      if (before === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
      else process.env["INFERENCE_PLATFORM_STATE"] = before;
      rmSync(state, { recursive: true, force: true });
    },
  };
}
