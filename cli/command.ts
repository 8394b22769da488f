/** What all commands share: options, help, and how a failure is shown. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { Failure } from "../embedded/failure.ts";
import { SpecError } from "../platform/issue.ts";

export interface Command<Options extends NonNullable<ParseArgsConfig["options"]>> {
  /** How it is called, for example `npm run up [-- [stack]]`. */
  readonly usage: string;
  /** What it does, and what its options mean. */
  readonly help: string;
  readonly options: Options;
  readonly run: (given: Given<Options>) => Promise<void>;
}

export interface Given<Options extends NonNullable<ParseArgsConfig["options"]>> {
  readonly values: ReturnType<typeof parseArgs<{ options: Options }>>["values"];
  /** The stack named, by default `local`. */
  readonly stack: string;
}

/** Runs the command of this process. A person's mistake is printed as it stands, and ends with exit code 1. */
export async function main<Options extends NonNullable<ParseArgsConfig["options"]>>(
  command: Command<Options>,
): Promise<void> {
  try {
    const given = parsed(command);
    if (given === "help") process.stdout.write(`${command.usage}\n\n${command.help}\n`);
    else await command.run(given);
  } catch (error) {
    process.exitCode = 1;
    const expected = error instanceof Failure || error instanceof SpecError;
    process.stderr.write(`${expected ? error.message : stackOf(error)}\n`);
  }
}

function parsed<Options extends NonNullable<ParseArgsConfig["options"]>>(
  command: Command<Options>,
): Given<Options> | "help" {
  if (process.argv.includes("--help")) return "help";
  try {
    const { values, positionals } = parseArgs({ options: command.options, allowPositionals: true });
    if (positionals.length > 1)
      throw new Error(`one stack at a time, got ${positionals.join(", ")}`);
    return { values, stack: positionals[0] ?? "local" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(`${message}\n${command.usage} (flags come behind --; --help tells more)`);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
