/** Runs the Pulumi CLI on an embedded stack and gathers what the engine reports. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { checkoutRoot } from "../paths.ts";
import { marker } from "../process-table.ts";
import { engineEnvironment } from "./environment.ts";
import { openEventLog } from "./event-log.ts";
import {
  type DiagnosticEvent,
  type EngineEvent,
  type PolicyEvent,
  parseEvent,
  plain,
  type ResourceEvent,
  type SummaryEvent,
} from "./events.ts";
import type { PulumiCli } from "./pulumi-cli.ts";

/** How one command is run. */
export interface RunOptions {
  readonly stack: string;
  readonly cli: PulumiCli;
  /** Called for each event as it happens. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Gets everything that the CLI prints, after what earlier commands left there. */
  readonly logFile: string;
  /** Aborting it does what the first Ctrl-C does. */
  readonly signal?: AbortSignal;
  /** Folder of the `Pulumi.yaml`. @default - the checkout */
  readonly project?: string;
  /** More variables. @default - none */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command has done. */
export interface EngineResult {
  readonly ok: boolean;
  /** `null` when a signal ended it. */
  readonly code: number | null;
  /** Whether it was asked to end early. */
  readonly interrupted: boolean;
  /** What it printed on standard output: an answer for commands such as `stack output --json`. */
  readonly output: string;
  /** What it printed on standard error. */
  readonly errors: string;
  /** Steps that ended; those of the preview that `up` makes first are left out when it got further. */
  readonly steps: readonly ResourceEvent[];
  /** Messages worth keeping, without repetition between preview and update. */
  readonly diagnostics: readonly DiagnosticEvent[];
  readonly policies: readonly PolicyEvent[];
  /** Of the update, or of the preview when that stopped the run; left out when it was cut short. */
  readonly summary?: SummaryEvent;
}

/** Commands of the CLI that have an event log. */
const withEvents = new Set(["preview", "up", "refresh", "destroy"]);

/**
 * Runs `pulumi <args>`. A command that fails is a result, not an error, because what it reported says more. While it
 * runs, the first SIGINT, SIGTERM or SIGHUP that this process gets makes the engine end what it is doing and save; the
 * second kills it. When this process is killed, the engine ends at its next line of output, which nobody reads
 * (SIGPIPE), and its language host and providers end with it.
 */
export async function runEngine(
  args: readonly string[],
  options: RunOptions,
): Promise<EngineResult> {
  const events: EngineEvent[] = [];
  const log = await openEventLog((line) => {
    const event = parseEvent(line);
    if (event === undefined) return;
    events.push(event);
    options.onEvent?.(event);
  });
  const exit = await runCli(cliArguments(args, log.address), options).finally(log.close);
  return { ...exit, ok: exit.code === 0, ...gathered(events) };
}

/** Why a command failed, in the engine's words: its error messages, or what it printed when it got no further. */
export function problemsOf({ diagnostics, errors }: EngineResult): readonly string[] {
  const messages = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message);
  return messages.length > 0 ? messages : [errors.replace(/^error: /, "").trim()];
}

/** Adds what every run here needs: no questions, no colours, and where the events go. */
export function cliArguments(args: readonly string[], eventLog: string): readonly string[] {
  const plainOutput = [...args, "--non-interactive", "--color=never"];
  return withEvents.has(args[0] ?? "") ? [...plainOutput, `--event-log=${eventLog}`] : plainOutput;
}

/** What a run's events come to. Its last part counts: the update, or the preview when the run got no further. */
export function gathered(
  events: readonly EngineEvent[],
): Pick<EngineResult, "steps" | "diagnostics" | "policies" | "summary"> {
  const preview = events.findLast((event) => "preview" in event)?.preview ?? false;
  const steps = events
    .filter((event) => event.kind === "resource")
    .filter((event) => event.phase !== "started" && event.preview === preview);
  const diagnostics = events
    .filter((event) => event.kind === "diagnostic")
    .filter((event) => !event.ephemeral);
  const summary = events
    .filter((event) => event.kind === "summary")
    .findLast((event) => event.preview === preview);
  return {
    // A component is reported once when it is registered and once when its outputs are.
    steps: lastOfEach(steps, ({ urn, op }) => `${op} ${urn}`),
    diagnostics: lastOfEach(diagnostics, JSON.stringify),
    policies: lastOfEach(
      events.filter((event) => event.kind === "policy"),
      JSON.stringify,
    ),
    ...(summary ? { summary } : {}),
  };
}

function lastOfEach<T>(events: readonly T[], keyOf: (event: T) => string): readonly T[] {
  return [...new Map(events.map((event) => [keyOf(event), event])).values()];
}

type Exit = Pick<EngineResult, "code" | "output" | "errors" | "interrupted">;

const interruptions = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function runCli(args: readonly string[], options: RunOptions): Promise<Exit> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: "a" });
  log.write(`\n$ pulumi ${args.join(" ")}\n`);
  const child = spawn(options.cli.path, args, {
    cwd: options.project ?? checkoutRoot,
    env: {
      ...engineEnvironment(options.stack, options.cli),
      ...options.env,
      ...marker("engine", options.stack),
    },
    // A group of its own: Ctrl-C must reach it once, from here, and not from the terminal as well.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { output: "", errors: "" };
  for (const [stream, name] of [
    [child.stdout, "output"],
    [child.stderr, "errors"],
  ] as const) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed[name] += plain(text);
      log.write(text);
    });
  }
  let interrupted = false;
  const interrupt = (): void => {
    child.kill(interrupted ? "SIGKILL" : "SIGINT");
    interrupted = true;
  };
  for (const name of interruptions) process.on(name, interrupt);
  options.signal?.addEventListener("abort", interrupt);
  return new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => log.end(() => resolve({ code, ...printed, interrupted })));
  }).finally(() => {
    for (const name of interruptions) process.off(name, interrupt);
    options.signal?.removeEventListener("abort", interrupt);
  });
}
