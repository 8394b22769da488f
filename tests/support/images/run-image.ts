/** Runs programs in an image's own files, as a pod would: read-only, with the image's user and settings. Needs root. */
import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { z } from "zod";
import type { LocalImage } from "../../../embedded/images/ensure-image.ts";

const blob = z.object({ digest: z.string() });
const indexShape = z.object({ manifests: z.tuple([blob]) });
const manifestShape = z.object({ config: blob, layers: z.array(blob) });
const configShape = z.object({
  config: z.object({
    User: z.string(),
    Env: z.array(z.string()),
    Entrypoint: z.array(z.string()),
    WorkingDir: z.string(),
  }),
});

/** An image's files in a folder, and what its containers are started with. */
export interface UnpackedImage {
  readonly root: string;
  readonly config: z.infer<typeof configShape>["config"];
}

/** Unpacks the layers of an image, one over the other, into a folder that is made. */
export function unpackImage(
  { archive }: Pick<LocalImage, "archive">,
  folder: string,
): UnpackedImage {
  const [layout, root] = [join(folder, "layout"), join(folder, "root")];
  for (const path of [layout, root]) mkdirSync(path, { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", layout]);
  const pathOf = (digest: string) => join(layout, "blobs", digest.replace(":", "/"));
  const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
  const [{ digest }] = indexShape.parse(read(join(layout, "index.json"))).manifests;
  const manifest = manifestShape.parse(read(pathOf(digest)));
  for (const layer of manifest.layers) {
    execFileSync("tar", ["-xpf", pathOf(layer.digest), "-C", root]);
  }
  return { root, config: configShape.parse(read(pathOf(manifest.config.digest))).config };
}

/** How a program differs from what the image starts. */
export interface RunArgs {
  /** @default - the image's entry point */
  readonly command?: readonly string[];
  /** Behind the command. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group. @default - the image's */
  readonly uid?: number;
  /** Folders of this machine, by their paths in the image; with the right to write. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/**
 * Mounts the folders `source:target` of $4... on root $1, makes the rest read-only, and runs the command behind `--` as user
 * $2 in folder $3. It stays as the first process of a namespace of its own, and takes all of it along when it is killed:
 * a process that has changed its user is no longer killed with its parent.
 */
const enter = `set -eu
root=$1 uid=$2 folder=$3
shift 3
mount --bind "$root" "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
until [ "$1" = -- ]; do mount --bind "\${1%%:*}" "$root\${1#*:}"; shift; done
shift
mount -o remount,bind,ro "$root"
unshare --root="$root" --wd="$folder" --setgid="$uid" --setuid="$uid" -- "$@" || exit $?`;

/** Starts a program of the image, in the network of this machine. It ends with the process that is returned. */
export function startImage(
  { root, config }: UnpackedImage,
  { command = config.Entrypoint, args = [], environment = {}, mounts = {}, ...rest }: RunArgs,
): ChildProcessByStdio<null, Readable, Readable> {
  const settings = config.Env.map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  const bound = Object.entries(mounts).map(([target, source]) => `${source}:${target}`);
  for (const target of ["/tmp", "/proc", ...Object.keys(mounts)]) {
    mkdirSync(join(root, target), { recursive: true });
  }
  const [uid = ""] = config.User.split(":");
  const inside = [
    root,
    String(rest.uid ?? uid),
    config.WorkingDir,
    ...bound,
    "--",
    ...command,
    ...args,
  ];
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--propagation=private"];
  return spawn("/usr/bin/unshare", [...namespaces, "sh", "-c", enter, "sh", ...inside], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...Object.fromEntries(settings), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** What a program said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program of the image to its end. */
export async function runImage(image: UnpackedImage, args: RunArgs): Promise<Ended> {
  const child = startImage(image, args);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  await once(child, "close");
  return { status: child.exitCode, output };
}

/** Where uvicorn says that it listens. @throws Error with what it said when it ends before */
export async function listeningAddress(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<string> {
  let said = "";
  for await (const text of child.stderr.setEncoding("utf8")) {
    said += String(text);
    const address = /running on (http:\S+)/.exec(said)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`it ended before it listened:\n${said}`);
}
