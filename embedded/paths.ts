/**
 * Where the embedded world keeps its things. Builds are shared by all checkouts of a machine; all else is keyed by
 * checkout and stack, so that two checkouts never meet.
 */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "./failure.ts";

/** The folder that holds `Pulumi.yaml`. */
export const checkoutRoot = realpathSync(dirname(dirname(fileURLToPath(import.meta.url))));

/** Name of this checkout on this machine: its folder's name and a hash of its real path. */
export const checkoutKey = keyOf(checkoutRoot);

/** A name for a folder's path, without characters that are special in paths, lists of paths or process tables. */
export function keyOf(path: string): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return `${basename(path).replace(/[^A-Za-z0-9._-]/g, "-")}-${hash}`;
}

/** Folder of the tool builds, shared by all checkouts; everything in it can be made again. */
export function buildsRoot(): string {
  return join(cacheRoot(), "builds");
}

/** Folder where Node keeps sources without their types, and compiled; shared, since it is keyed by their content. */
export function compileCache(): string {
  return join(cacheRoot(), "node-compile-cache");
}

function cacheRoot(): string {
  return (
    folderIn("INFERENCE_PLATFORM_CACHE") ??
    join(folderIn("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "inference-platform")
  );
}

/** Folder of this checkout's state: Pulumi home, backend, control planes, logs. Losing it loses the local stacks. */
export function checkoutState(): string {
  const root =
    folderIn("INFERENCE_PLATFORM_STATE") ??
    join(folderIn("XDG_STATE_HOME") ?? join(homedir(), ".local", "state"), "inference-platform");
  return join(root, checkoutKey);
}

/** The folder in an environment variable; one that is empty counts as not set. */
function folderIn(variable: string): string | undefined {
  const value = process.env[variable];
  return value ? resolve(value) : undefined;
}

/** The project's own PULUMI_HOME: launchers of the language host and of the embedded providers. */
export function pulumiHome(): string {
  return join(checkoutState(), "pulumi-home");
}

/** Folder of the file backend that holds the state of every stack of this checkout. */
export function backendFolder(): string {
  return join(checkoutState(), "backend");
}

/** Files of one embedded stack. */
export interface StackPaths {
  /** Folder that holds all the others. */
  readonly folder: string;
  /** Kubeconfig of the embedded control plane: a fixed path, so that a plan can name it. */
  readonly kubeconfig: string;
  /** Folder of the control plane's data, keys, ports and certificates. */
  readonly controlPlane: string;
  /** Folder of the real node: its containers, images and pods. */
  readonly node: string;
  /** What the stack has on this machine: an input of load. */
  readonly site: string;
  /** On which cluster the stack was made, and by which provider. */
  readonly clusterRecord: string;
  /** Folder of one log file per process. */
  readonly logs: string;
  /** Held by the command that changes the stack. */
  readonly lock: string;
  /** What the policy pack is told about the environment. */
  readonly policyConfig: string;
}

/** What Pulumi allows in the name of a stack, but for `.` and `..`, which are other folders. */
const stackName = /^(?!\.\.?$)[A-Za-z0-9._-]{1,100}$/;

/**
 * Files of the embedded stack `stack` of this checkout.
 * @throws Failure when that cannot be the name of a stack
 */
export function stackPaths(stack: string): StackPaths {
  if (!stackName.test(stack)) {
    throw new Failure(
      `"${stack}" is no name for a stack: use letters, digits, "-", "_" and ".", at most 100`,
    );
  }
  const folder = join(checkoutState(), "stacks", stack);
  return {
    folder,
    kubeconfig: join(folder, "kubeconfig.yaml"),
    controlPlane: join(folder, "control-plane"),
    node: join(folder, "node"),
    site: join(folder, "site.json"),
    clusterRecord: join(folder, "cluster.json"),
    logs: join(folder, "logs"),
    lock: join(folder, "lock"),
    policyConfig: join(folder, "policy-config.json"),
  };
}
