/** GPU models in the words of users, and what each is called by the device plugin's label. */

/** Memory per GPU, from the clouds' machine tables. @see docs/adr for how facts are sourced (tables checked 2026-11) */
export const gpus = {
  t4: { memoryGiB: 16 },
  l4: { memoryGiB: 24 },
  a10g: { memoryGiB: 24 },
  l40s: { memoryGiB: 48 },
  "a100-40gb": { memoryGiB: 40 },
  "a100-80gb": { memoryGiB: 80 },
  h100: { memoryGiB: 80 },
  h200: { memoryGiB: 141 },
} as const satisfies Record<string, { readonly memoryGiB: number }>;

export type GpuModel = keyof typeof gpus;

/** The extended resource that the NVIDIA device plugin publishes. @see https://github.com/NVIDIA/k8s-device-plugin (checked 2026-11) */
export const gpuResource = "nvidia.com/gpu";

/** Label of a node's GPU model. The platform writes it on every cloud, so that placement does not wait for a labeller. */
export const gpuModelLabel = "inference-platform/gpu";

/** Keeps pods that ask for no GPU off GPU nodes; the key is the one the device plugin's chart tolerates by default. */
export const gpuTaint = { key: gpuResource, value: "present", effect: "NoSchedule" } as const;
