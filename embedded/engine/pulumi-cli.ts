/** Finds the Pulumi CLI, or gets it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failure.ts";
import { buildsRoot, pulumiHome } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { cachedFolder } from "./cached-folder.ts";
import { buildFolder, ensureBuild } from "./go-build.ts";
import { releases, unpackRelease } from "./release-archive.ts";
import { pulumiVersion } from "./versions.ts";

const run = promisify(execFile);

/** The CLI, and how it was come by. */
export interface PulumiCli {
  /** The `pulumi` binary. */
  readonly path: string;
  readonly source: "path" | "own home" | "~/.pulumi" | "release archive" | "go modules";
}

/** A way to come by the CLI: gives the binary, or throws a Failure that says why it has none. */
export interface Way {
  readonly source: PulumiCli["source"];
  /** What was tried, for the error. */
  readonly title: string;
  readonly get: () => Promise<string>;
}

/**
 * Finds or gets the Pulumi CLI of exactly the SDK's version: from PATH, the project's own folders, `~/.pulumi` (which is
 * only read), the official release, or built from Go modules, in this order.
 * @throws Failure that lists every way and why it failed
 */
export async function ensurePulumi(progress: Progress): Promise<PulumiCli> {
  return firstThatWorks([...waysToFind(), ...waysToGet(progress)]);
}

/** The CLI if this machine has it already: nothing is downloaded or built. */
export async function findPulumi(): Promise<PulumiCli | undefined> {
  try {
    return await firstThatWorks(waysToFind());
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/**
 * Tries the ways in order.
 * @throws Failure that lists them all when none works
 */
export async function firstThatWorks(ways: readonly Way[]): Promise<PulumiCli> {
  const failed: string[] = [];
  for (const { source, title, get } of ways) {
    try {
      return { path: await get(), source };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed.push(`${title}: ${error.message}`);
    }
  }
  throw new Failure(noWayText(failed));
}

function noWayText(failed: readonly string[]): string {
  return [
    `the Pulumi CLI ${pulumiVersion} is needed, and no way to get it worked:`,
    ...failed.map((line) => `  - ${line.replaceAll("\n", "\n    ")}`),
    `install it yourself (https://www.pulumi.com/docs/install/versions, version ${pulumiVersion}) and put it on PATH`,
  ].join("\n");
}

/** Ways that only look. */
function waysToFind(): readonly Way[] {
  const home = join(homedir(), ".pulumi");
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [
    { source: "path", title: "PATH", get: () => firstOfVersion(onPath) },
    {
      source: "own home",
      title: "this project's own builds and downloads",
      get: async () => firstThere([releaseBin(), buildFolder("pulumi")]),
    },
    {
      source: "~/.pulumi",
      title: "~/.pulumi",
      get: () => firstOfVersion([join(home, "bin"), join(home, "versions", pulumiVersion, "bin")]),
    },
  ];
}

/** Ways that take time. */
function waysToGet(progress: Progress): readonly Way[] {
  return [
    {
      source: "release archive",
      title: "the official release archive",
      get: () => downloadPulumi(progress),
    },
    {
      source: "go modules",
      title: "a build from Go modules",
      get: async () => join(await ensureBuild("pulumi", progress), "pulumi"),
    },
  ];
}

function releaseFolder(): string {
  return join(buildsRoot(), `pulumi-release-${pulumiVersion}-${process.platform}-${process.arch}`);
}

function releaseBin(): string {
  return join(releaseFolder(), "bin");
}

/** Downloads the official release; `from` is another server in tests. */
export async function downloadPulumi(progress: Progress, from: string = releases): Promise<string> {
  const title = `download Pulumi ${pulumiVersion}`;
  await cachedFolder(releaseFolder(), title, progress, (partial, step) =>
    unpackRelease(pulumiVersion, partial, step, from),
  );
  return join(releaseBin(), "pulumi");
}

/** The first `pulumi` in folders whose names tell the version. */
function firstThere(folders: readonly string[]): string {
  const path = folders.map((folder) => join(folder, "pulumi")).find((file) => existsSync(file));
  if (path === undefined) throw new Failure("not there");
  return path;
}

/** The first `pulumi` of the wanted version in `folders`. */
async function firstOfVersion(folders: readonly string[]): Promise<string> {
  const found: string[] = [];
  for (const folder of new Set(folders)) {
    const path = join(folder, "pulumi");
    if (!existsSync(path)) continue;
    const version = await versionOf(path);
    if (version === pulumiVersion) return path;
    found.push(`${path} is ${version === undefined ? "not a working CLI" : `version ${version}`}`);
  }
  throw new Failure(found.length === 0 ? "not there" : found.join(", "));
}

/** How long a CLI may take to tell its version, in milliseconds. */
const versionMs = 20_000;

async function versionOf(path: string): Promise<string | undefined> {
  try {
    // The CLI keeps what it learns about newer versions in its home; that must not be the user's.
    const env = { ...process.env, PULUMI_HOME: pulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await run(path, ["version"], { env, timeout: versionMs });
    return /^v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
