/** Runs programs of this machine that make images: to their end, and quietly. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Failure } from "../failure.ts";

const run = promisify(execFile);

/** How many of a program's last lines an error shows. */
const shownLines = 15;

/**
 * Runs a program and returns what it printed. It speaks English, and sorts by bytes.
 * @param environment entries beside those of this process; `undefined` takes one away
 * @throws Failure when this machine does not have it, or with its last lines when it fails
 */
export async function runTool(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", ...environment };
  try {
    const { stdout } = await run(program, args, { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new Failure(
        `${program} is not on this machine; images are made of Debian packages, on Debian or Ubuntu`,
      );
    }
    throw new Failure(`${program} failed; its last lines:\n${lastLines(error)}`);
  }
}

function lastLines(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  const text = said === "" && error instanceof Error ? error.message : said;
  const lines = text.split("\n").slice(-shownLines);
  return lines.map((line) => `  ${line}`).join("\n");
}
