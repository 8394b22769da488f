/** Memory that an embedded cluster takes of its machine. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stackPaths } from "../paths.ts";
import { owned } from "../process-table.ts";
import { recordedCgroups } from "./node/node-folder.ts";

/** Resident memory, in MiB. Pages that processes share are counted for each of them. */
export interface MemoryUse {
  readonly controlPlane: number;
  /** The real node with its pods; 0 without one. */
  readonly realNode: number;
}

/** What the cluster of `stack` takes now. */
export function memoryUse(stack: string): MemoryUse {
  const [group] = recordedCgroups(stackPaths(stack).node);
  const inside = group === undefined ? [] : processesIn(group);
  const node = new Set([...owned("node", stack), ...inside]);
  return {
    controlPlane: residentMiB(owned("control-plane", stack)),
    realNode: residentMiB([...node]),
  };
}

/** Ids of the processes in a control group and all below it. */
function processesIn(group: string): readonly number[] {
  try {
    const own = readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
    const below = readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => processesIn(join(group, name)));
    return [...own.map(Number), ...below];
  } catch {
    return []; // It has ended.
  }
}

function residentMiB(pids: readonly number[]): number {
  const kibibytes = pids.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(statusOf(pid))?.[1] ?? 0));
  return Math.round(kibibytes.reduce((sum, one) => sum + one, 0) / 1024);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return ""; // It has ended.
  }
}
