/** Runs programs in a real node's mount namespace, where its sockets and folders are. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Failure } from "../../failure.ts";
import { childrenOf } from "../../process-table.ts";

const run = promisify(execFile);

/**
 * Id of process 1 of the node, as the machine sees it, or `undefined` while it has not started.
 * @param holder id of the process that holds the namespaces
 */
export function initOf(holder: number): number | undefined {
  return childrenOf(holder)[0];
}

/**
 * Runs a program of the machine inside, and returns what it printed.
 * @param init id of the node's process 1
 * @throws Failure with the end of what the program said
 */
export async function runInside(
  init: number,
  program: string,
  args: readonly string[],
): Promise<string> {
  try {
    const inside = [`--target=${init}`, "--mount", "--", program, ...args];
    const { stdout } = await run("nsenter", inside, { maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Failure(text.trim().split("\n").slice(-3).join("\n"));
  }
}
