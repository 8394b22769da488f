/**
 * Debian's Python, and Python packages from lock files: as folders that are layers of images, and to run programs with.
 * The machine's own Python is not used; it may be another version, or missing.
 */
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { getCACertificates } from "node:tls";
import { cachedFolder } from "../engine/cached-folder.ts";
import { Failure } from "../failure.ts";
import { buildsRoot } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { shortHash } from "./content-key.ts";
import { debianCommand, ensureDebianFolder, packageList } from "./debian.ts";
import { runTool } from "./run-tool.ts";

/** What an image needs to run Python; compiled packages want the C++ library, and scanners the name of the release. */
const runtimePackages = ["base-files", "libstdc++6", "python3"] as const;
/** What installs Python packages, and runs those that are not for images. */
const builderPackages = ["libstdc++6", "python3", "python3-pip"] as const;

/** What no server reads. Licences stay. */
const leftOut =
  /^usr\/(share\/(man|locale|info|lintian)|share\/doc\/[^/]+\/(?!copyright$)[^/]+|lib\/[^/]+\/gconv)(\/|$)/;

/** Python packages as a folder: a layer over `pythonLayer`. */
export interface Wheels {
  readonly folder: string;
  /** Where they are in it, for `PYTHONPATH`. */
  readonly sitePackages: string;
}

/** A lock file, and whether the limits that its packages set for Python's version are heeded. */
export interface Lock {
  /** Path of a file with a hash for every wheel. */
  readonly file: string;
  readonly anyPython?: boolean;
}

/**
 * Debian's Python with all it needs, as the lowest layer of an image. Its modules are compiled, so that a container with a
 * read-only root file system starts as fast as any.
 */
export async function pythonLayer(progress: Progress): Promise<string> {
  const packages = await ensureDebianFolder(runtimePackages, progress);
  const key = shortHash([packageList(packages), leftOut.source, compileArgs("", "")]);
  const folder = join(buildsRoot(), `python-${key}`);
  return cachedFolder(folder, "make the images' Python", progress, async (partial) => {
    const wanted = (path: string) => !leftOut.test(relative(packages, path));
    cpSync(packages, partial, { recursive: true, verbatimSymlinks: true, filter: wanted });
    await runPython(packages, compileArgs(partial, "usr/lib"));
  });
}

/**
 * The packages of a lock file, unless this machine has them. Only wheels are taken, and only those whose hash is in the file.
 * @throws Failure when one cannot be fetched, has another hash, or there is none for Debian's Python here
 */
export async function ensureWheels(
  { file, anyPython = false }: Lock,
  progress: Progress,
): Promise<Wheels> {
  const python = await ensureDebianFolder(builderPackages, progress);
  // Where Debian's Python looks first for what its users install.
  const site = `usr/local/lib/${pythonVersion(python)}/dist-packages`;
  const locked = readFileSync(file, "utf8");
  const key = shortHash([
    basename(python),
    locked,
    pipArgs("", site, anyPython),
    compileArgs("", ""),
  ]);
  const name = `wheels-${basename(dirname(file))}-${basename(file, ".lock")}-${key}`;
  const folder = join(buildsRoot(), name);
  await cachedFolder(folder, `get Python packages of ${name}`, progress, async (partial) => {
    const target = join(partial, site);
    const certificates = join(partial, "certificates.pem");
    await runPython(python, pipArgs(file, target, anyPython), trust(certificates));
    rmSync(certificates, { force: true });
    removeScripts(target);
    await runPython(python, compileArgs(partial, site));
  });
  return { folder, sitePackages: join(folder, site) };
}

/**
 * Runs a program that is not for an image with Debian's Python.
 * @returns what it printed
 */
export async function runWithWheels(
  { sitePackages }: Wheels,
  args: readonly string[],
  progress: Progress,
): Promise<string> {
  const python = await ensureDebianFolder(builderPackages, progress);
  return runPython(python, args, { PYTHONPATH: sitePackages });
}

/** For example `python3.11`. */
export function pythonVersion(folder: string): string {
  const name = readlinkSync(join(folder, "usr/bin/python3"));
  const minor = Number(/^python3\.(\d+)$/.exec(name)?.[1]);
  if (!(minor >= 11)) {
    throw new Failure(
      `Python 3.11 or newer is needed, but this release has ${name}; use Debian 12 or Ubuntu 24.04`,
    );
  }
  return name;
}

function runPython(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [program, ...before] = debianCommand(folder, join("usr/bin", pythonVersion(folder)));
  return runTool(program, [...before, ...args], {
    PYTHONPATH: undefined,
    ...environment,
    PYTHONHOME: join(folder, "usr"),
    PYTHONNOUSERSITE: "1",
    PYTHONHASHSEED: "0", // the order of sets gets into compiled modules
    PYTHONDONTWRITEBYTECODE: "1",
  });
}

function pipArgs(lock: string, target: string, anyPython: boolean): readonly string[] {
  return [
    ...[
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--root-user-action=ignore",
    ],
    ...["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"],
    ...(anyPython ? ["--ignore-requires-python"] : []),
    ...["--target", target, "--requirement", lock],
  ];
}

/** Certificates for pip where the machine has none: those that Node trusts, npm has used them before. */
function trust(file: string): Readonly<Record<string, string>> {
  if (process.env["PIP_CERT"] || existsSync("/etc/ssl/certs/ca-certificates.crt")) return {};
  writeFileSync(file, getCACertificates("default").join("\n"));
  return { PIP_CERT: file };
}

/** Commands name the Python that installed them, which no image has; the records list them, so they differ by machine. */
function removeScripts(target: string): void {
  rmSync(join(target, "bin"), { recursive: true, force: true });
  for (const name of readdirSync(target)) {
    if (name.endsWith(".dist-info")) rmSync(join(target, name, "RECORD"), { force: true });
  }
}

/** Compiled modules name their source as it is in the image, and hold its hash in place of its time. */
function compileArgs(folder: string, below: string): readonly string[] {
  const names = ["-s", folder, "-p", "/"];
  return [
    "-m",
    "compileall",
    "-q",
    "--invalidation-mode=unchecked-hash",
    ...names,
    join(folder, below),
  ];
}
