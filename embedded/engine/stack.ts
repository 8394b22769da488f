/** Makes an embedded stack known to the file backend. */
import { existsSync } from "node:fs";
import { Failure } from "../failure.ts";
import { backendFolder, checkoutRoot } from "../paths.ts";
import { checkpointPath, projectName } from "./backend.ts";
import { problemsOf, type RunOptions, runEngine } from "./run.ts";

/** Whether the backend has a state of `stack`. */
export function stackExists(stack: string, project: string = checkoutRoot): boolean {
  return existsSync(checkpointPath(backendFolder(), projectName(project), stack));
}

/**
 * Makes the stack unless it exists. `stacks/Pulumi.<stack>.yaml` stays as it is, because it holds an encryption salt
 * already: without one the CLI would write it there, and reformat the file.
 * @throws Failure with what the CLI says
 */
export async function ensureStack(options: RunOptions): Promise<void> {
  if (stackExists(options.stack, options.project)) return;
  const result = await runEngine(["stack", "init", options.stack], options);
  if (!result.ok) {
    throw new Failure(
      `the stack "${options.stack}" could not be made: ${problemsOf(result).join("; ")}`,
    );
  }
}
