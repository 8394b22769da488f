/** A checkout of its own for e2e tests: the commands run in it as a person runs them, and its files may be edited. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { readList, readString } from "../../embedded/kubernetes/objects.ts";
import { checkoutRoot, keyOf } from "../../embedded/paths.ts";
import { listening } from "./sockets.ts";

const sources = [
  "Pulumi.yaml",
  "cli",
  "components",
  "embedded",
  "examples",
  "package.json",
  "platform",
  "policies",
  "services",
  "stacks",
];

/** What a command printed and how it ended. */
export interface CommandResult {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order they came. */
  readonly text: string;
}

export interface OwnedProcess {
  readonly pid: number;
  readonly command: string;
}

export class CheckoutCopy {
  readonly root: string;
  /** Folder of all state of this copy; what runs in it is found by this path. */
  readonly state: string;

  constructor() {
    // A space, because users have them in their paths.
    const folder = mkdtempSync(join(tmpdir(), "platform e2e "));
    this.root = join(folder, "checkout");
    this.state = join(folder, "state");
    mkdirSync(this.root);
    for (const source of sources) {
      cpSync(join(checkoutRoot, source), join(this.root, source), { recursive: true });
    }
    symlinkSync(join(checkoutRoot, "node_modules"), join(this.root, "node_modules"));
  }

  /** By what processes and control groups of this copy are named. */
  get key(): string {
    return keyOf(join(this.state, keyOf(realpathSync(this.root))));
  }

  /** Runs an npm script of the copy to its end. */
  npm(script: string, ...args: readonly string[]): Promise<CommandResult> {
    return finished(this.start("npm", ["run", "--silent", script, "--", ...args]));
  }

  /** Runs a line of shell after `eval "$(npm run --silent env)"`. */
  shell(line: string): Promise<CommandResult> {
    return finished(this.start("bash", ["-c", `eval "$(npm run --silent env)" && ${line}`]));
  }

  /** Starts a program in a process group of its own, so that it can be killed with all it started in the foreground. */
  start(program: string, args: readonly string[]): ChildProcess {
    return spawn(program, args, {
      cwd: this.root,
      detached: true,
      env: { ...process.env, INFERENCE_PLATFORM_STATE: this.state },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Changes a file of the copy; fails when there is nothing to change, so that a test cannot pass for no reason. */
  edit(file: string, from: string, to: string): void {
    const path = join(this.root, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
    writeFileSync(path, text.replace(from, to));
  }

  /** Gives a file of the copy another content. */
  write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  /** Makes a file of the copy equal to the checkout's again. */
  restore(file: string): void {
    cpSync(join(checkoutRoot, file), join(this.root, file));
  }

  /** Client of the embedded cluster `local`. */
  client(): KubernetesClient {
    return KubernetesClient.fromFile(join(this.folder(), "stacks", "local", "kubeconfig.yaml"));
  }

  /** Folder of the control plane of the stack `local`. */
  controlPlane(): string {
    return join(this.folder(), "stacks", "local", "control-plane");
  }

  /** URNs in the stack's state as the engine last saved it; `undefined` when there is no stack. */
  stateUrns(): readonly string[] | undefined {
    const stacks = join(this.folder(), "backend", ".pulumi", "stacks", "inference-platform");
    const file = join(stacks, "local.json");
    if (!existsSync(file)) return undefined;
    return readList(jsonOf(file), "checkpoint", "latest", "resources").map(
      (resource) => readString(resource, "urn") ?? "",
    );
  }

  /** All files of the copy's state, relative to it. */
  stateFiles(): readonly string[] {
    if (!existsSync(this.state)) return [];
    return readdirSync(this.state, { recursive: true, withFileTypes: true, encoding: "utf8" })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder().length + 1));
  }

  /** The content of one of `stateFiles`. */
  stateText(file: string): string {
    return readFileSync(join(this.folder(), file), "utf8");
  }

  /** Changes one of `stateFiles`. */
  writeState(file: string, text: string): void {
    writeFileSync(join(this.folder(), file), text);
  }

  /** Every running process that was started from this copy, found by its environment. */
  processes(): readonly OwnedProcess[] {
    const command = `INFERENCE_PLATFORM_STATE=${this.state}`;
    const marked = `INFERENCE_PLATFORM_PROCESS=${this.key}/`;
    const isOurs = (entry: string) => entry === command || entry.startsWith(marked);
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && proc(name, "environ").some(isOurs))
      .map((name) => ({ pid: Number(name), command: proc(name, "cmdline").join(" ").trim() }))
      .filter(({ command }) => command !== "");
  }

  /** Kills with -9 whatever runs and matches; returns how many. */
  kill(pattern: RegExp): number {
    const found = this.processes().filter(({ command }) => pattern.test(command));
    for (const { pid } of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended in the meantime.
      }
    }
    return found.length;
  }

  /** Sockets that this copy's processes listen on. */
  ports(): readonly string[] {
    return listening(this.processes().map(({ pid }) => pid));
  }

  /** Ends everything and removes the copy. */
  async remove(): Promise<void> {
    await this.npm("down");
    this.kill(/./);
    rmSync(join(this.root, ".."), { recursive: true, force: true });
  }

  /** The copy's own folder below the state. */
  private folder(): string {
    const [only = "none"] = existsSync(this.state) ? readdirSync(this.state) : [];
    return join(this.state, only);
  }
}

/** The content of a file that may be in the middle of being written. */
function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function proc(pid: string, file: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Waits until `child` and its output have ended. */
export function finished(child: ChildProcess): Promise<CommandResult> {
  const printed = { stdout: "", stderr: "", text: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
      printed.text += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...printed }));
  });
}
