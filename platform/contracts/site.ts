/**
 * What a stack has on this machine: found out by the commands that bring it up, an input of load like its files, and never
 * committed. A stack that was never brought up here has nothing.
 */
import type { NodeCapacity } from "../plan/plan.ts";

export interface Site {
  /** Digests of images that were built on this machine, by reference: name and tag. */
  readonly images: Readonly<Record<string, ImageDigest>>;
  /** The machine as a node, where pods run for real. */
  readonly realNode?: RealNode;
}

export type ImageDigest = `sha256:${string}`;

/** This machine as a node of the embedded cluster. */
export interface RealNode {
  /** Name of the Node object. */
  readonly name: string;
  /** What pods may use of it. */
  readonly capacity: Omit<NodeCapacity, "gpu">;
}

/** Nothing was built here, and nothing runs. */
export const emptySite: Site = { images: {} };
