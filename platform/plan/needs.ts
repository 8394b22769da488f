/** What one replica takes of a node, in whole units so that sums are exact. */
import type { ServiceSpec } from "../spec/schema.ts";
import { mebibytes, milliCpus } from "../units.ts";

export interface Needs {
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly ephemeralMiB: number;
  readonly gpus: number;
}

/** Logs and scratch files, beside the model's files. */
export const scratchMiB = 2048;

/** Size of the volume for the model's files; downloads need room for files on their way. */
export function modelVolumeMiB({ model }: ServiceSpec): number {
  return model ? Math.ceil(mebibytes(model.size) * 1.2) : 0;
}

/** What the server's container takes. */
export function serverNeeds(spec: ServiceSpec): Needs {
  return {
    milliCpu: milliCpus(spec.resources.cpu),
    memoryMiB: mebibytes(spec.resources.memory),
    ephemeralMiB: scratchMiB + modelVolumeMiB(spec),
    gpus: spec.gpu?.count ?? 0,
  };
}

/** What the container takes that downloads the model. */
export function downloaderNeeds(spec: ServiceSpec): Needs {
  return { ...serverNeeds(spec), milliCpu: 100, memoryMiB: 1024, gpus: 0 };
}

/**
 * What the scheduler sets aside for the whole pod: its containers run one after the other, so the most of each.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers (checked 2026-11)
 */
export function replicaNeeds(spec: ServiceSpec): Needs {
  const server = serverNeeds(spec);
  if (!spec.model) return server;
  const downloader = downloaderNeeds(spec);
  return {
    ...server,
    milliCpu: Math.max(server.milliCpu, downloader.milliCpu),
    memoryMiB: Math.max(server.memoryMiB, downloader.memoryMiB),
  };
}
