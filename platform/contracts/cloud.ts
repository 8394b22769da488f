/** The clouds, and what the core asks of each as plain facts. */
import type { GpuModel } from "../facts/gpus.ts";
import type { Capabilities } from "./capability.ts";

/** `local` is the embedded cluster: a full cloud in every contract. */
export const clouds = ["local"] as const;

export type CloudName = (typeof clouds)[number];

/** One machine type that a cloud offers. */
export interface Machine {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  readonly gpu?: { readonly model: GpuModel; readonly count: number };
}

/** How long a cloud takes until a node it was asked for is Ready, in seconds. */
export interface Provisioning {
  readonly cpuNodeSeconds: number;
  readonly gpuNodeSeconds: number;
}

/** What a cloud's fact file holds. */
export interface CloudFacts {
  readonly capabilities: Capabilities;
  /** By the cloud's own name of the machine type. */
  readonly machines: Readonly<Record<string, Machine>>;
  readonly provisioning: Provisioning;
  /** Where pods reach the environment's model bucket: an address without a slash at the end, and its TCP port. */
  readonly modelStore: { readonly url: string; readonly port: number };
}
