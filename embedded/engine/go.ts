/** The Go command of this machine: where it is, and running it with the settings that every build here shares. */
import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failure.ts";

const run = promisify(execFile);

/** A Go that is new enough. */
export interface Go {
  readonly path: string;
  /** For example `1.26.8`. */
  readonly version: string;
}

/** Where Go's own installer puts it; login shells have it on PATH, others often not. */
const installerPlace = "/usr/local/go/bin";

/** Settings that make a build repeatable: no other toolchain, no cgo, no workspace, no version control. */
const settings = {
  GOTOOLCHAIN: "local",
  GOFLAGS: "-buildvcs=false",
  GOWORK: "off",
  CGO_ENABLED: "0",
} as const;

/**
 * Finds a Go that is at least `needed`, the `go` line of a `go.mod`, on PATH or where its installer puts it.
 * @throws Failure that says what was found and what to install
 */
export async function findGo(
  needed: string,
  folders: readonly string[] = [...pathFolders(), installerPlace],
): Promise<Go> {
  const install = `install Go ${needed} or newer (https://go.dev/dl) and put its bin folder on PATH`;
  const found: string[] = [];
  for (const path of new Set(folders.map((folder) => join(folder, "go")).filter(isExecutable))) {
    const version = await versionOf(path);
    if (version !== undefined && isAtLeast(version, needed)) return { path, version };
    found.push(`${path} is ${version === undefined ? "not a working Go" : `Go ${version}`}`);
  }
  if (found.length === 0) throw new Failure(`there is no Go on this machine; ${install}`);
  throw new Failure(`Go ${needed} is needed, but ${found.join(", ")}; ${install}`);
}

function pathFolders(): readonly string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ["env", "GOVERSION"], {
      env: { ...process.env, ...settings },
    });
    return /^go(\d+(\.\d+)*)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** Whether version `found` is `needed` or newer; parts that are left out count as 0. */
export function isAtLeast(found: string, needed: string): boolean {
  const have = found.split(".").map(Number);
  const want = needed.split(".").map(Number);
  for (let i = 0; i < Math.max(have.length, want.length); i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** One run of Go. */
export interface GoRun {
  readonly args: readonly string[];
  /** Folder of the `go.mod`. */
  readonly module: string;
  /** Marks the process and all that it starts as ours. */
  readonly marker: Readonly<Record<string, string>>;
  /** Called with each line of its messages: packages as they are compiled, modules as they are fetched. */
  readonly onLine?: (line: string) => void;
}

/** How many of Go's last lines an error shows. */
const shownLines = 15;

/**
 * Runs Go and returns what it printed.
 * @throws Failure with Go's last lines
 */
export function runGo(go: Go, { args, module, marker, onLine }: GoRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...settings, ...marker };
    const child = spawn(go.path, args, { cwd: module, env, stdio: ["ignore", "pipe", "pipe"] });
    const last: string[] = [];
    let printed = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        last.push(line);
        if (last.length > shownLines) last.shift();
        onLine?.(line);
      }
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(printed);
      reject(
        new Failure(
          failureText(
            go,
            [...last, rest].filter((line) => line !== ""),
          ),
        ),
      );
    });
  });
}

/** What Go prints when it cannot get a module; the rest of the line says why. */
const downloadTrouble =
  /dial tcp|proxyconnect|no such host|i\/o timeout|reading https?:|unrecognized import path|connection refused/;

/** Error text of a failed run: Go's last lines, and what to do when the modules could not be fetched. */
export function failureText(go: Go, lines: readonly string[]): string {
  const head = lines.some((line) => downloadTrouble.test(line))
    ? `Go ${go.version} could not download the modules; let it reach a module proxy (GOPROXY, HTTPS_PROXY) and run this again`
    : `Go ${go.version} failed`;
  return [`${head}; its last lines:`, ...lines.map((line) => `  ${line}`)].join("\n");
}
