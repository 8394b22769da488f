/** Which spec a Pulumi stack stands for. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Issue, SpecError } from "../issue.ts";
import { listOf, nearest } from "../names.ts";
import { parseSource } from "./source.ts";

const key = "inference-platform:spec";

/**
 * The file below `stacks/` that `stacks/Pulumi.<stack>.yaml` names.
 * @throws SpecError when there is no such stack, or it names no spec
 */
export function specFileOf(root: string, stack: string): string {
  const file = `stacks/Pulumi.${stack}.yaml`;
  const known = stackNames(root);
  if (!known.includes(stack)) {
    const meant = nearest(stack, known);
    throw refused(file, {
      path: "",
      problem: "there is no such file",
      allowed: `the stacks are ${listOf(known)}`,
      fix: meant ? `name ${JSON.stringify(meant)}` : "name one of these, or write the file",
    });
  }
  const source = parseSource(file, readFileSync(join(root, file), "utf8"));
  const named = source.written(["config", key]);
  if (named === undefined) {
    throw refused(file, {
      path: `config.${key}`,
      problem: "is missing",
      allowed: "it is the name of a file in stacks/",
      fix: `add "${key}: ${stack}.yaml" below config`,
    });
  }
  return named;
}

/** Names of the stacks that have settings, sorted. */
export function stackNames(root: string): readonly string[] {
  return readdirSync(join(root, "stacks"))
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .toSorted();
}

function refused(
  file: string,
  what: Pick<Issue, "path" | "problem" | "allowed" | "fix">,
): SpecError {
  return new SpecError([{ code: "file-not-found", at: { file, line: 1, column: 1 }, ...what }]);
}
