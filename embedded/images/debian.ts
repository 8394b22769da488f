/**
 * Debian packages without installing them: unpacked below the cache, with all they depend on. Nothing of the machine's own
 * packages or of what apt knows about them is touched.
 */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachedFolder } from "../engine/cached-folder.ts";
import { Failure } from "../failure.ts";
import { buildsRoot } from "../paths.ts";
import type { Progress, Step } from "../progress.ts";
import { shortHash } from "./content-key.ts";
import { runTool } from "./run-tool.ts";

/** What a processor that Node knows is called elsewhere. */
interface Architecture {
  /** In images. */
  readonly oci: "amd64" | "arm64";
  /** Folder of Debian's libraries, below `usr/lib`. */
  readonly libraries: string;
  /** The dynamic loader, in that folder. */
  readonly loader: string;
}

const architectures: Readonly<Record<string, Architecture>> = {
  x64: { oci: "amd64", libraries: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  arm64: { oci: "arm64", libraries: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" },
};

/** This machine's processor. @throws Failure when no image can be made for it */
export function architecture(): Architecture {
  const known = architectures[process.arch];
  if (known === undefined) {
    throw new Failure(`no image can be made for ${process.arch}; only for x64 and arm64`);
  }
  return known;
}

/**
 * Unpacks Debian packages and all they depend on, unless this machine has them, and returns the folder: a root file system
 * without anything that packages do when they are installed. Once unpacked they stay as they are; `packageList` tells
 * their versions.
 * @throws Failure when this is not Debian or Ubuntu, or a package cannot be found or fetched
 */
export async function ensureDebianFolder(
  packages: readonly string[],
  progress: Progress,
): Promise<string> {
  const folder = join(buildsRoot(), debianKey(packages, osRelease(), process.arch));
  return cachedFolder(folder, `get ${packages.join(", ")} from Debian`, progress, (partial, step) =>
    unpack(packages, partial, step),
  );
}

/** Text of `/etc/os-release`. */
function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    throw new Failure("there is no /etc/os-release: images can be made on Debian and Ubuntu only");
  }
}

/** Name of the folder: other packages, another release or processor, or another way to unpack gives another one. */
export function debianKey(
  packages: readonly string[],
  osReleaseText: string,
  arch: string,
): string {
  const release = ["ID", "VERSION_ID", "VERSION_CODENAME"].map(
    (key) => new RegExp(`^${key}="?([^"\n]*)`, "m").exec(osReleaseText)?.[1],
  );
  return `debian-packages-${shortHash([packages.toSorted(), release, arch, unpackScript])}`;
}

/** Names and exact versions of all packages in a folder of `ensureDebianFolder`, in dpkg's own words. */
export function packageList(folder: string): string {
  return readFileSync(join(folder, "var/lib/dpkg/status"), "utf8");
}

/**
 * Beginning of a command line that runs a program of the folder with the folder's own libraries, whatever the machine has.
 * @param program path below the folder, without links
 */
export function debianCommand(folder: string, program: string): readonly [string, ...string[]] {
  const { libraries, loader } = architecture();
  const path = join(folder, "usr/lib", libraries);
  return [join(path, loader), "--library-path", path, join(folder, program)];
}

/** Older packages have files in `/bin` and `/lib`, newer ones in `/usr` only; as on installed systems, both are the same. */
const merged = ["bin", "sbin", "lib", "lib64"] as const;

/** Unpacks the packages of folder $1 into folder $2. The list of packages is where scanners look for it. */
const unpackScript = `set -eu
for package in "$1"/*.deb; do
  dpkg-deb --fsys-tarfile "$package" > "$1/files.tar"
  tar -xpf "$1/files.tar" --no-same-owner --keep-directory-symlink -C "$2"
  { dpkg-deb --field "$package"; echo "Status: install ok installed"; echo; } >> "$1/status"
done
mkdir -p "$2/var/lib/dpkg"
cp "$1/status" "$2/var/lib/dpkg/status"`;

async function unpack(packages: readonly string[], folder: string, step: Step): Promise<void> {
  const scratch = join(folder, ".apt");
  for (const program of ["apt-get", "dpkg-deb", "tar"]) await runTool(program, ["--version"]);
  await download(packages, scratch, step);
  step.update("unpacking");
  for (const name of merged) {
    mkdirSync(join(folder, "usr", name), { recursive: true });
    symlinkSync(join("usr", name), join(folder, name));
  }
  await runTool("sh", ["-c", unpackScript, "sh", join(scratch, "cache/archives"), folder]);
  rmSync(scratch, { recursive: true });
}

/** Has apt fetch packages as if nothing were installed, from the machine's sources and checked with its keys. */
async function download(packages: readonly string[], scratch: string, step: Step): Promise<void> {
  for (const name of ["state/lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(scratch, name), { recursive: true });
  }
  const [settings, installed] = [join(scratch, "apt.conf"), join(scratch, "installed")];
  writeFileSync(installed, "");
  // What the machine does after its own updates is not for ours.
  writeFileSync(
    settings,
    "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n",
  );
  const options = [
    `Dir::State=${join(scratch, "state")}`,
    `Dir::State::lists=${join(scratch, "state/lists")}`,
    `Dir::State::status=${installed}`,
    `Dir::Cache=${join(scratch, "cache")}`,
    `Dir::Cache::archives=${join(scratch, "cache/archives")}`,
    "Acquire::Languages=none",
    "APT::Sandbox::User=root", // apt's own user may not enter our folders
  ].flatMap((option) => ["-o", option]);
  const apt = (...args: readonly string[]) =>
    runTool("apt-get", ["--config-file", settings, ...options, "-qq", ...args]);

  step.update("asking for the newest versions");
  // One broken source among several does no harm when the others have all packages.
  const trouble = await apt("update").then(() => undefined, messageOf);
  step.update("downloading");
  try {
    await apt("--no-install-recommends", "--download-only", "install", ...packages);
  } catch (error) {
    throw new Failure([messageOf(error), trouble].filter((text) => text !== undefined).join("\n"));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
