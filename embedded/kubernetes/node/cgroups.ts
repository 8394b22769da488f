/**
 * The control groups of a real node. They are made beside those of the command that starts it, so that limits on that
 * command hold for the node, too; inside its cgroup namespace they are the root.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const root = "/sys/fs/cgroup";

/** The groups of one node. */
export interface Cgroups {
  /** A folder for each hierarchy. */
  readonly folders: readonly string[];
  /** Controllers of version 1, each with a hierarchy of its own; empty with version 2. */
  readonly controllers: readonly string[];
}

/** One line of `/proc/<pid>/cgroup`. @see cgroups(7) */
interface Membership {
  readonly controllers: string;
  readonly path: string;
}

/**
 * The groups that a node named `name` gets.
 * @param memberships text of `/proc/self/cgroup`
 * @param isUnified whether the machine has version 2 alone
 */
export function cgroupsOf(name: string, memberships: string, isUnified: boolean): Cgroups {
  // Under version 2 a group with processes in it, as the command's own is, cannot hand controllers to groups below.
  if (isUnified) return { folders: [join(root, name)], controllers: [] };
  const lines = membershipsIn(memberships).filter(({ controllers }) => controllers !== "");
  const controllers = lines.map((line) => line.controllers.replace(/^name=/, ""));
  return {
    folders: lines.map(({ path }, index) => join(root, controllers[index] ?? "", path, name)),
    controllers,
  };
}

function membershipsIn(text: string): readonly Membership[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return { controllers, path: path.join(":") };
    });
}

/** The groups that this process would give to a node named `name`. */
export function ownCgroups(name: string): Cgroups {
  return cgroupsOf(name, readFileSync("/proc/self/cgroup", "utf8"), isUnified());
}

/** Whether the machine has control groups of version 2 alone. */
export function isUnified(): boolean {
  return existsSync(join(root, "cgroup.controllers"));
}

/** Makes the groups. Those of `cpuset` take no process before they have CPUs and memory nodes. */
export function makeCgroups({ folders, controllers }: Cgroups): void {
  for (const [index, folder] of folders.entries()) {
    mkdirSync(folder, { recursive: true });
    if (controllers[index] === undefined) continue;
    if (controllers[index]?.split(",").includes("cpuset")) {
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        writeFileSync(join(folder, file), readFileSync(join(dirname(folder), file), "utf8"));
      }
      writeFileSync(join(folder, "cgroup.clone_children"), "1");
    }
  }
}

/** Removes groups with all below them. Returns those that are still in use. */
export function removeCgroups(folders: readonly string[]): readonly string[] {
  return folders.filter((folder) => !removeGroup(folder));
}

/** A group's files go with it; only the groups below it must go first. */
function removeGroup(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(folder, entry.name));
    }
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
