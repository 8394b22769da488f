/** What of this machine is for the pods of its real node. */
import { readFileSync, statfsSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const mebibyte = 1024 * 1024;

/** What pods may use, in all. */
export interface MachineCapacity {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  readonly pods: number;
}

/** Pods of a node. @see https://kubernetes.io/docs/setup/best-practices/cluster-large/ (checked 2026-11) */
export const maxPods = 110;

/**
 * Kept from pods: the control plane and the node's own programs had 1.0 GiB together when measured, and add-ons ask for
 * 0.1 CPU and 100 MiB. The CPU of idle programs is not worth keeping.
 */
const kept = { cpu: 0.1, memoryMiB: 1536, storageShare: 0.1 } as const;

/** What pods may use of this machine. @param folder where their files will be */
export function machineCapacity(folder: string): MachineCapacity {
  const { bavail, bsize } = statfsSync(folder);
  const freeMiB = (bavail * bsize) / mebibyte;
  return {
    cpu: Math.max(0, cpus().length - kept.cpu),
    memoryMiB: Math.max(0, memoryMiB() - kept.memoryMiB),
    ephemeralStorageMiB: Math.floor(freeMiB * (1 - kept.storageShare)),
    pods: maxPods - 10,
  };
}

/** The machine's memory, or what the command's control group allows of it. */
function memoryMiB(): number {
  const limits = ["memory.max", "memory/memory.limit_in_bytes"].map((file) =>
    numberIn(`/sys/fs/cgroup/${file}`),
  );
  return Math.floor(Math.min(totalmem(), ...limits) / mebibyte);
}

function numberIn(path: string): number {
  try {
    const number = Number(readFileSync(path, "utf8"));
    return Number.isFinite(number) ? number : Number.POSITIVE_INFINITY; // `max`
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What the kubelet is told to keep, in its words: it counts the whole machine, and add-ons as pods. */
export function reservedFor({
  memoryMiB: promised,
}: MachineCapacity): Readonly<Record<string, string>> {
  const addons = 256;
  const reserve = Math.max(0, Math.floor(totalmem() / mebibyte) - promised - addons);
  return { memory: `${reserve}Mi` };
}
