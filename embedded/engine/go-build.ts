/** Builds tools from pinned Go modules, once per machine: for where no official download can be reached. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildsRoot, checkoutRoot } from "../paths.ts";
import { marker, stopOwned } from "../process-table.ts";
import type { Progress, Step } from "../progress.ts";
import { type Build, type BuildName, builds } from "./builds.ts";
import { cachedFolder } from "./cached-folder.ts";
import { findGo, type Go, runGo } from "./go.ts";

/**
 * Builds `name` unless this machine has it, and returns the folder with its binaries (and the folders of its table row).
 * @throws Failure when Go is missing or too old, or a module cannot be fetched or built
 */
export async function ensureBuild(name: BuildName, progress: Progress): Promise<string> {
  const build: Build = builds[name];
  const folder = buildFolder(name);
  const title = `build ${name} ${build.version} (about ${build.minutes} min)`;
  return cachedFolder(folder, title, progress, async (partial, step) => {
    await stopOwned("build", basename(folder));
    await compile(name, build, partial, step);
  });
}

/** The wanted builds that this machine does not have yet, so that a run can say up front how long they take. */
export function missingBuilds(
  names: readonly BuildName[],
): readonly { readonly name: BuildName; readonly minutes: number }[] {
  return names
    .filter((name) => !existsSync(buildFolder(name)))
    .map((name) => ({ name, minutes: builds[name].minutes }));
}

/** Folder of a finished build; it exists only when the build is complete. */
export function buildFolder(name: BuildName): string {
  const module = moduleFolder(name);
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(module, file), "utf8"));
  return join(
    buildsRoot(),
    buildKey(name, builds[name], pins, `${process.platform}-${process.arch}`),
  );
}

/** Name of a build's folder: another module, flag, operating system or processor gives another one. */
export function buildKey(
  name: string,
  build: Build,
  pins: readonly string[],
  platform: string,
): string {
  // How long it takes does not change what comes out.
  const { minutes: _, ...made } = build;
  const hash = createHash("sha256")
    .update(JSON.stringify([made, pins, platform]))
    .digest("hex");
  return `${name}-${build.version}-${hash.slice(0, 12)}`;
}

function moduleFolder(name: BuildName): string {
  const { folder = name }: Build = builds[name];
  return join(checkoutRoot, "embedded", "builds", folder);
}

/** The Go that a module asks for: its `go` line. */
export function goLine(goMod: string): string {
  const version = /^go (\S+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("go.mod has no go line");
  return version;
}

async function compile(name: BuildName, build: Build, partial: string, step: Step): Promise<void> {
  const module = moduleFolder(name);
  const go = await findGo(goLine(readFileSync(join(module, "go.mod"), "utf8")));
  const mark = marker("build", basename(buildFolder(name)));
  const binaries = Object.entries(build.binaries);
  for (const [index, [binary, source]] of binaries.entries()) {
    const what = `${binary} (${index + 1} of ${binaries.length})`;
    let compiled = 0;
    step.update(what);
    await runGo(go, {
      args: buildArgs(build, source, join(partial, binary)),
      module,
      marker: mark,
      onLine: (line) => {
        if (!line.startsWith("go: ")) compiled++;
        step.update(
          line.startsWith("go: ")
            ? `${what}: ${line.slice(4)}`
            : `${what}: ${compiled} packages, ${line}`,
        );
      },
    });
  }
  await keepFolders(go, build, module, partial, mark);
}

/** Arguments of `go build` for one binary. */
export function buildArgs(build: Build, source: string, output: string): readonly string[] {
  const variables = Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "build",
    "-v",
    "-mod=readonly",
    "-trimpath",
    ...(build.tags.length > 0 ? [`-tags=${build.tags.join(",")}`] : []),
    `-ldflags=${["-s", "-w", ...variables].join(" ")}`,
    "-o",
    output,
    source,
  ];
}

/** Copies the YAML files of the module's folders that the tool needs when it runs. */
async function keepFolders(
  go: Go,
  build: Build,
  module: string,
  partial: string,
  mark: Readonly<Record<string, string>>,
): Promise<void> {
  const folders = Object.entries(build.folders);
  if (folders.length === 0) return;
  const args = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", build.module];
  const source = (await runGo(go, { args, module, marker: mark })).trim();
  for (const [kept, folder] of folders) {
    for (const file of readdirSync(join(source, folder))) {
      if (!file.endsWith(".yaml") || file === "kustomization.yaml") continue;
      cpSync(join(source, folder, file), join(partial, kept, file));
    }
  }
}
