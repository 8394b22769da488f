/**
 * What of a Linux machine a real node could change, read so that it can be compared before and after. What stacks of other
 * checkouts have is left out: they may come and go meanwhile.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeTools } from "../../embedded/images/node-tools.ts";
import { silent } from "../../embedded/progress.ts";

/** Lines by topic, in an order of their own. */
export type MachineState = Readonly<Record<Topic, readonly string[]>>;

/** What is read; each topic stays as it is while a node runs, but for those of `whileNodeRuns`. */
export type Topic =
  | "sysctls"
  | "nftables"
  | "links"
  | "addresses"
  | "routes"
  | "rules"
  | "network namespaces"
  | "mounts"
  | "control groups"
  | "resolv.conf"
  | "folders";

/** Topics in which a running node shows: it has namespaces and control groups. */
export const ofRunningNode: readonly Topic[] = ["network namespaces", "control groups"];

/** Values that change by themselves, below `/proc/sys`: beginnings of their names, and why. */
const counters: Readonly<Record<string, string>> = {
  "fs/aio-nr": "requests under way",
  "fs/dentry-state": "names that the kernel remembers",
  "fs/file-nr": "open files",
  "fs/inode-nr": "files that the kernel remembers",
  "fs/inode-state": "files that the kernel remembers",
  "fs/quota/": "how often quotas were written",
  "kernel/ns_last_pid": "the latest process",
  "kernel/perf_event_max_sample_rate": "lowered by the kernel itself when the machine is busy",
  "kernel/pty/nr": "open terminals",
  "kernel/random/entropy_avail": "what the machine has gathered",
  "kernel/random/uuid": "another one each time",
  "net/netfilter/nf_conntrack_count": "connections",
};

/** Folders that programs of a node use where they are installed on the machine. */
const nodeFolders = [
  ...["/var/lib/kubelet", "/var/lib/cni", "/var/lib/containerd"],
  ...["/etc/cni", "/etc/containerd", "/etc/kubernetes", "/opt/cni", "/opt/containerd"],
  ...["/run/containerd", "/run/cni", "/run/netns"],
  ...["/var/log/pods", "/var/log/containers", "/usr/libexec/kubernetes"],
];

/** Reads the machine's state, for tests of the stacks whose state is in a folder with the key `own`. */
export async function machineState(own: string): Promise<MachineState> {
  const { path: tools } = await nodeTools(silent);
  const ip = (...args: readonly string[]) => jsonLines(output(join(tools, "ip"), "-j", ...args));
  return {
    sysctls: sysctls(),
    nftables: output(join(tools, "nft"), "--stateless", "list", "ruleset").split("\n"),
    links: ip("link", "show"),
    addresses: ip("address", "show"),
    routes: [
      ...ip("-4", "route", "show", "table", "all"),
      ...ip("-6", "route", "show", "table", "all"),
    ],
    rules: [...ip("-4", "rule", "show"), ...ip("-6", "rule", "show")],
    "network namespaces": [...networkNamespaces(own), ...namesIn("/run/netns")].toSorted(),
    mounts: readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n"),
    "control groups": controlGroups(own),
    "resolv.conf": readFileSync("/etc/resolv.conf", "utf8").split("\n"),
    folders: nodeFolders.flatMap((folder) => filesIn(folder, 3)).toSorted(),
  };
}

/** What is in one state and not in the other, as `sysctls: + line`; nothing when they are equal. */
export function differences(
  before: MachineState,
  after: MachineState,
  but: readonly Topic[] = [],
): readonly string[] {
  return Object.entries(before).flatMap(([name, old]) => {
    const topic = topicOf(name);
    if (topic === undefined || but.includes(topic)) return [];
    const now = after[topic];
    return [
      ...old.filter((line) => !now.includes(line)).map((line) => `${topic}: - ${line}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `${topic}: + ${line}`),
    ];
  });
}

/** How long other programs of the machine may take for what they do in passing. */
const passingMs = 3_000;

/** Fails with the differences between `before` and now. */
export async function assertUnchanged(
  before: MachineState,
  own: string,
  but: readonly Topic[] = [],
): Promise<void> {
  for (const end = Date.now() + passingMs; ; await sleep(500)) {
    const found = differences(before, await machineState(own), but);
    if (found.length === 0) return;
    if (Date.now() > end) assert.deepEqual(found, []);
  }
}

const topics: readonly Topic[] = [
  ...(["sysctls", "nftables", "links", "addresses", "routes", "rules"] as const),
  ...(["network namespaces", "mounts", "control groups", "resolv.conf", "folders"] as const),
];

function topicOf(name: string): Topic | undefined {
  return topics.find((topic) => topic === name);
}

/** Each setting of the kernel that can be read, as `name = value`. */
function sysctls(root = "/proc/sys"): readonly string[] {
  return filesIn(root, Number.POSITIVE_INFINITY).flatMap((path) => {
    const name = path.slice(root.length + 1);
    if (Object.keys(counters).some((counter) => name.startsWith(counter))) return [];
    try {
      return [`${name} = ${readFileSync(path, "utf8").trim().replaceAll("\n", "\\n")}`];
    } catch {
      return []; // May only be written, or has no value yet.
    }
  });
}

/** Network namespaces that processes are in. */
function networkNamespaces(own: string): readonly string[] {
  const all = numbersIn("/proc").map((pid) => ({ pid, namespace: namespaceOf(pid) }));
  const others = new Set(
    all.filter(({ pid }) => isOfOther(pid, own)).map(({ namespace }) => namespace),
  );
  others.delete(namespaceOf(process.pid)); // Commands of others are in the machine's own.
  const left = all.map(({ namespace }) => namespace).filter((one) => !others.has(one));
  return [...new Set(left)].flatMap((one) => one ?? []);
}

/** Network namespace of a process, as `net:[4026531840]`; `undefined` when it has ended. */
export function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Whether a process is of a stack of another checkout. */
function isOfOther(pid: number, own: string): boolean {
  const mark = markOf(pid);
  return mark !== undefined && !mark.startsWith(`${own}/`);
}

/** By what a process, or the next of those that it descends from, is marked as a stack's. Containers are not marked. */
function markOf(pid: number): string | undefined {
  const marker = "INFERENCE_PLATFORM_PROCESS=";
  for (let at = pid; at > 1; at = parentOf(at)) {
    const environment = textOf(`/proc/${at}/environ`).split("\0");
    const mark = environment.find((entry) => entry.startsWith(marker));
    if (mark !== undefined) return mark.slice(marker.length);
  }
  return undefined;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Folders of all hierarchies of control groups, but for those that programs of others are in. */
function controlGroups(own: string): readonly string[] {
  const marks = new Map(numbersIn("/proc").map((pid) => [pid, markOf(pid)]));
  const isOwn = (pid: number) => marks.get(pid)?.startsWith(`${own}/`) ?? false;
  return foldersIn("/sys/fs/cgroup").filter((path) => {
    const stack = path.split("/").find((name) => name.startsWith("inference-platform-"));
    if (stack !== undefined) return stack.startsWith(`inference-platform-${own}`);
    const members = textOf(join(path, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
    return members.every(isOwn);
  });
}

function foldersIn(folder: string): readonly string[] {
  const inner = entriesOf(folder).filter((entry) => entry.isDirectory());
  return [folder, ...inner.flatMap(({ name }) => foldersIn(join(folder, name)))];
}

/** Paths of what is in a folder and, down to `depth`, in those below, empty folders included. */
function filesIn(folder: string, depth: number): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    const inner = entry.isDirectory() && depth > 1 ? filesIn(path, depth - 1) : [];
    return inner.length > 0 ? inner : [path];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // Not there, or it went meanwhile.
  }
}

function namesIn(folder: string): readonly string[] {
  return entriesOf(folder).map(({ name }) => join(folder, name));
}

function numbersIn(folder: string): readonly number[] {
  return entriesOf(folder)
    .map(({ name }) => Number(name))
    .filter((number) => Number.isInteger(number));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function output(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8" }).trim();
}

/** One line for each thing that `ip` tells of, without how long it is still valid. */
function jsonLines(text: string): readonly string[] {
  const parsed: unknown = JSON.parse(text === "" ? "[]" : text);
  const aging = new Set(["valid_life_time", "preferred_life_time", "expires"]);
  const lines: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
  return lines.map((line) =>
    JSON.stringify(line, (key, value: unknown) => (aging.has(key) ? undefined : value)),
  );
}
