/** The clouds, and what the core asks of each as plain facts. */
import type { GpuModel } from "../facts/gpus.ts";
import type { Image } from "../facts/images.ts";
import type { Capabilities } from "./capability.ts";

/** `local` is the embedded cluster: a full cloud in every contract. */
export const clouds = ["local"] as const;

export type CloudName = (typeof clouds)[number];

/** Where a stack's cluster comes from: made by us, or there already. */
export type ClusterKind = "embedded" | "existing";

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

/** Where pods reach the environment's model bucket, and how. */
export interface ModelStore {
  /** Address, without a slash at the end. */
  readonly url: string;
  /** Follows the path of a model, where the store hands out its folder as one archive. @default - the folder itself */
  readonly archive?: ".tar";
  /** TCP port that is called. */
  readonly port: number;
  /** Image of the program that loads a model from there. */
  readonly downloader: Image;
}

/** What a cloud's fact file holds. */
export interface CloudFacts {
  readonly capabilities: Capabilities;
  /** By the cloud's own name of the machine type. */
  readonly machines: Readonly<Record<string, Machine>>;
  readonly provisioning: Provisioning;
  readonly modelStore: ModelStore;
}
