/** Repairs what a killed run left of a stack, so that the next run can go on. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../failure.ts";
import { backendFolder, checkoutRoot, stackPaths } from "../paths.ts";
import { stopOwned } from "../process-table.ts";
import {
  checkpointPath,
  locksFolder,
  projectName,
  removeDeadLocks,
  removeHalfWritten,
} from "./backend.ts";
import {
  type Checkpoint,
  hasPendingOperations,
  type IdOf,
  isCheckpoint,
  mendCheckpoint,
} from "./checkpoint.ts";
import { problemsOf, type RunOptions, runEngine } from "./run.ts";

/** What was repaired. */
export interface Recovery {
  /** Processes of a killed run that were still there. */
  readonly stopped: number;
  /** Locks whose process is gone. */
  readonly unlocked: number;
  /** URNs that a killed run was changing, and whose state has been read anew. */
  readonly reread: readonly string[];
  /** URNs that may exist without being in the state: nothing tells their id. */
  readonly lost: readonly string[];
}

/**
 * Repairs a stack; the caller holds our own lock of it, and the providers' backends (the control plane) answer.
 * @throws Failure when a living process that is not ours holds the engine's lock, or the doubtful resources cannot be read
 */
export async function recoverStack(options: RunOptions, idOf: IdOf): Promise<Recovery> {
  return { ...(await unlockStack(options)), ...(await resolvePending(options, idOf)) };
}

/**
 * Ends what a killed run left running and removes its locks; the caller holds our own lock of the stack.
 * @throws Failure when a living process that is not ours holds the engine's lock
 */
export async function unlockStack(
  options: Pick<RunOptions, "stack" | "project">,
): Promise<Pick<Recovery, "stopped" | "unlocked">> {
  const files = backendFiles(options);
  const stopped = await stopOwned("engine", options.stack);
  const unlocked = removeDeadLocks(files.locks);
  removeHalfWritten(files.checkpoint, options.stack);
  return { stopped, unlocked };
}

function backendFiles({ stack, project = checkoutRoot }: Pick<RunOptions, "stack" | "project">) {
  const name = projectName(project);
  return {
    name,
    locks: locksFolder(backendFolder(), name, stack),
    checkpoint: checkpointPath(backendFolder(), name, stack),
  };
}

/**
 * Resolves pending operations. Everything happens in a copy of the backend, and the real state changes in one rename at
 * the end: a kill at any moment leaves a state that can be resolved again.
 */
async function resolvePending(
  options: RunOptions,
  idOf: IdOf,
): Promise<Pick<Recovery, "reread" | "lost">> {
  const { name, checkpoint } = backendFiles(options);
  const file = readCheckpoint(checkpoint);
  if (file === undefined || !hasPendingOperations(file)) return { reread: [], lost: [] };
  const mended = mendCheckpoint(file, idOf);
  const copy = join(stackPaths(options.stack).folder, "recovery");
  const copied = checkpointPath(copy, name, options.stack);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(dirname(copied), { recursive: true });
  cpSync(join(backendFolder(), ".pulumi", "meta.yaml"), join(copy, ".pulumi", "meta.yaml"));
  writeFileSync(copied, JSON.stringify(mended.checkpoint));
  if (mended.doubtful.length > 0) await reread(mended.doubtful, copy, options);
  cpSync(copied, `${checkpoint}.recovered.tmp`);
  renameSync(`${checkpoint}.recovered.tmp`, checkpoint);
  rmSync(copy, { recursive: true, force: true });
  return { reread: mended.doubtful, lost: mended.lost };
}

function readCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const file: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (isCheckpoint(file)) return file;
  throw new Failure(`${path} is no state of a stack; its last good copy is ${path}.bak`);
}

async function reread(
  urns: readonly string[],
  backend: string,
  options: RunOptions,
): Promise<void> {
  const targets = urns.map((urn) => `--target=${urn}`);
  const result = await runEngine(
    ["refresh", "--yes", "--skip-preview", `--stack=${options.stack}`, ...targets],
    { ...options, env: { ...options.env, PULUMI_BACKEND_URL: `file://${backend}` } },
  );
  if (result.ok) return;
  throw new Failure(
    [
      `a killed run was changing ${urns.length} resource(s), and what became of them could not be read:`,
      ...problemsOf(result).map((problem) => `  ${problem}`),
      `the log is ${options.logFile}; run this again when that is mended`,
    ].join("\n"),
  );
}
