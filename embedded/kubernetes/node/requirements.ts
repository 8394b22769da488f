/** What a machine must have for a real node. */
import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { isUnified } from "./cgroups.ts";
import type { NodePrograms } from "./processes.ts";

const run = promisify(execFile);

/** Something that is missing, and how to get it: `apt-get is missing: ...`. */
export type Missing = string;

/** Programs of the machine itself, and where they come from. */
const commands = {
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
  tar: "tar",
  "apt-get": "apt; the node's tools and images are made of Debian packages",
  "dpkg-deb": "dpkg",
} as const;

/** Control group controllers that pods need. */
const controllers = ["cpu", "memory", "pids"] as const;

/**
 * What this machine lacks for a real node, as far as can be told before anything is built; empty when nothing.
 * @param folder where the node's files will be
 */
export async function missingForNode(folder: string): Promise<readonly Missing[]> {
  if (process.platform !== "linux") return [`Linux is missing: this is ${process.platform}`];
  const absent = Object.entries(commands)
    .filter(([command]) => !isOnPath(command))
    .map(([command, from]) => `the command ${command} is missing (${from})`);
  if (process.getuid?.() !== 0) {
    return [...absent, "root is missing: run it as root, for example with sudo -E"];
  }
  if (absent.length > 0) return absent;
  return [...missingControllers(), ...(await missingInKernel(folder))];
}

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Control groups, and whether those of this process can have others below them. */
function missingControllers(): readonly Missing[] {
  const there = isUnified()
    ? words("/sys/fs/cgroup/cgroup.subtree_control")
    : words("/proc/self/cgroup", /[:,\s]/);
  const absent = controllers.filter((controller) => !there.includes(controller));
  if (absent.length > 0) return [`control groups are missing: ${absent.join(", ")}`];
  return [];
}

function words(path: string, separator: RegExp = /\s+/): readonly string[] {
  try {
    return readFileSync(path, "utf8").split(separator);
  } catch {
    return [];
  }
}

/** Tries each thing in namespaces that end with the trial. */
async function missingInKernel(folder: string): Promise<readonly Missing[]> {
  mkdirSync(folder, { recursive: true });
  const trials: Readonly<Record<string, readonly [command: string, ...args: readonly string[]]>> = {
    "namespaces are missing": ["unshare", ...namespaces, "true"],
    "overlayfs is missing": ["unshare", "--mount", "sh", "-ec", overlayTrial, "sh", folder],
  };
  return troublesOf(trials);
}

const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup", "--fork"];

/** A layer that is on the file system of the node's folder, above one that is in memory. */
const overlayTrial = `
  cd "$1"
  trial=$(mktemp -d overlay-XXXXXX)
  trap 'umount merged 2> /dev/null; cd ..; rm -rf "$trial"' EXIT
  cd "$trial"
  mkdir lower upper work merged
  mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`;

/** What the kernel lacks of a node's network; needs the node's own tools. */
export async function missingInNetwork({
  tools,
}: Pick<NodePrograms, "tools">): Promise<readonly Missing[]> {
  const inNamespace = (script: string) => ["unshare", "--net", "sh", "-ec", script] as const;
  const path = `PATH="${tools}:$PATH"`;
  return troublesOf({
    "nftables with NAT is missing": inNamespace(
      `${path}; nft 'add table ip t; add chain ip t c { type nat hook output priority -100; }; add rule ip t c ip daddr 192.0.2.1 dnat to 192.0.2.2'`,
    ),
    "virtual links (veth) are missing": inNamespace(
      `${path}; ip link add t0 type veth peer name t1`,
    ),
  });
}

async function troublesOf(
  trials: Readonly<Record<string, readonly [command: string, ...args: readonly string[]]>>,
): Promise<readonly Missing[]> {
  const troubles = await Promise.all(
    Object.entries(trials).map(async ([what, [command, ...args]]) => {
      try {
        await run(command, args, { timeout: 10_000 });
        return [];
      } catch (error) {
        return [`${what}: ${lastLine(error)}`];
      }
    }),
  );
  return troubles.flat();
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}
