/** How long a replica takes to come up, step by step. Every timeout of the rollout follows from these. */
import type { ModelServer } from "../contracts/server.ts";

/** Rates that the estimates rest on: low ones, so that a slow day is not a failed rollout. */
const assumed = {
  /** Image pull and unpack from a registry of the same region. */
  pullMiBPerSecond: 50,
  /** Model bucket to node. */
  downloadMiBPerSecond: 50,
  /** Disk to memory, parse and warm up. */
  loadMiBPerSecond: 25,
  /** Start of the server's process before it loads anything. */
  startSeconds: 30,
  /** Share added to the whole. */
  margin: 0.5,
} as const;

/** Time between two looks of the startup probe. */
export const startupPeriodSeconds = 10;

export interface StartTimes {
  readonly pullSeconds: number;
  readonly downloadSeconds: number;
  /** From the start of the server's container until it answers ready. */
  readonly loadSeconds: number;
  /** Looks of the startup probe that may fail. */
  readonly startupFailureThreshold: number;
}

/** Start times of one replica whose model has `modelMiB`. */
export function startTimes(server: ModelServer, modelMiB: number): StartTimes {
  const loadSeconds = withMargin(assumed.startSeconds + modelMiB / assumed.loadMiBPerSecond);
  return {
    pullSeconds: withMargin(server.assumedImageMiB / assumed.pullMiBPerSecond),
    downloadSeconds: withMargin(modelMiB / assumed.downloadMiBPerSecond),
    loadSeconds,
    startupFailureThreshold: Math.ceil(loadSeconds / startupPeriodSeconds),
  };
}

function withMargin(seconds: number): number {
  return Math.ceil(seconds * (1 + assumed.margin));
}
