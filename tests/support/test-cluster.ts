/** A control plane of its own for one test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuild } from "../../embedded/engine/go-build.ts";
import { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { ensureControlPlane, stopControlPlane } from "../../embedded/kubernetes/control-plane.ts";
import type { Binaries } from "../../embedded/kubernetes/processes.ts";
import { silent } from "../../embedded/progress.ts";

/** A running control plane, with kwok and without nodes. */
export interface TestCluster {
  readonly kubeconfig: string;
  /** As administrator. */
  readonly client: KubernetesClient;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

let programs: Promise<Binaries> | undefined;

/** The programs of a control plane. The first call on a machine builds them. */
export function controlPlanePrograms(): Promise<Binaries> {
  programs ??= build();
  return programs;
}

async function build(): Promise<Binaries> {
  return {
    etcd: await ensureBuild("etcd", silent),
    kubernetes: await ensureBuild("kubernetes", silent),
    kwok: await ensureBuild("kwok", silent),
  };
}

/** Keeps the state of all stacks in a new temporary folder, until the function that it returns removes it. */
export function useTemporaryState(): () => void {
  const before = process.env["INFERENCE_PLATFORM_STATE"];
  const state = mkdtempSync(join(tmpdir(), "test-cluster-"));
  process.env["INFERENCE_PLATFORM_STATE"] = state;
  return () => {
    if (before === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
    else process.env["INFERENCE_PLATFORM_STATE"] = before;
    rmSync(state, { recursive: true, force: true });
  };
}

/** Starts a control plane in a temporary folder. The first run on a machine builds its programs. */
export async function startTestCluster(stack: string): Promise<TestCluster> {
  const binaries = await controlPlanePrograms();
  const removeState = useTemporaryState();
  const { kubeconfig } = await ensureControlPlane(stack, binaries, silent);
  return {
    kubeconfig,
    client: KubernetesClient.fromFile(kubeconfig),
    async stop() {
      await stopControlPlane(stack);
      removeState();
    },
  };
}
