/**
 * The embedded cluster's machines: shapes for simulated nodes, free to choose since no vendor owns them. Those with a GPU
 * have the CPU and memory of the usual cloud machine of that GPU, so that a service that fits here fits there.
 */
import type { CloudFacts } from "../../contracts/cloud.ts";
import { images } from "../images.ts";

export const local = {
  capabilities: {
    nodeAutoscaling: {
      support: "none",
      reason: "the embedded cluster has no cluster autoscaler, its pools keep one size",
    },
    replicaAutoscaling: {
      support: "none",
      reason: "the embedded cluster has no metrics to scale on yet, its services keep one size",
    },
  },
  machines: {
    "sim-cpu-2": { cpu: 2, memoryMiB: 8 * 1024, ephemeralStorageMiB: 50 * 1024 },
    "sim-cpu-4": { cpu: 4, memoryMiB: 16 * 1024, ephemeralStorageMiB: 50 * 1024 },
    "sim-cpu-8": { cpu: 8, memoryMiB: 32 * 1024, ephemeralStorageMiB: 100 * 1024 },
    "sim-cpu-16": { cpu: 16, memoryMiB: 64 * 1024, ephemeralStorageMiB: 100 * 1024 },
    "sim-t4-1": gpuMachine(8, 32, "t4", 1),
    "sim-l4-1": gpuMachine(8, 32, "l4", 1),
    "sim-l4-4": gpuMachine(48, 192, "l4", 4),
    "sim-a100-80gb-8": gpuMachine(96, 1152, "a100-80gb", 8),
    "sim-h100-8": gpuMachine(192, 2048, "h100", 8),
  },
  // A simulated node is Ready in seconds; the margin is for a laptop under load.
  provisioning: { cpuNodeSeconds: 20, gpuNodeSeconds: 20 },
  // A folder of this machine, served by the real node's gateway.
  modelStore: {
    url: "http://model-store.inference-platform-system.svc.cluster.local",
    archive: ".tar",
    port: 80,
    downloader: images.localStorageInitializer,
  },
} as const satisfies CloudFacts;

function gpuMachine<Model extends "t4" | "l4" | "a100-80gb" | "h100">(
  cpu: number,
  memoryGiB: number,
  model: Model,
  count: number,
) {
  return {
    cpu,
    memoryMiB: memoryGiB * 1024,
    ephemeralStorageMiB: 200 * 1024,
    gpu: { model, count },
  };
}
