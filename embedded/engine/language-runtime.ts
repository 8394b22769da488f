/**
 * What the engine asks of the language host for Node programs: run the program, run a policy pack. The official host is
 * a Go binary that comes with the official CLI; this one serves the CLI that is built from Go modules. One difference: the
 * official host tells a policy pack the stack's name and configuration (by standing between engine and pack); here a pack
 * has what its policy config says, which is all that this project's pack reads.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type * as language from "@pulumi/pulumi/proto/language_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { pulumiVersion } from "./versions.ts";

/** Exit code of the SDK's runner after it has told the user what is wrong, so that nothing is said twice. */
const alreadyReported = 32;
/** How long a cancelled program may take to end. */
const graceMs = 5_000;

const endWithParent = new URL("./end-with-parent.ts", import.meta.url).href;

/** The calls that this project's programs and packs need; all others answer "unimplemented". */
type Calls = Pick<
  ILanguageRuntimeServer,
  | "handshake"
  | "getRequiredPackages"
  | "run"
  | "getPluginInfo"
  | "installDependencies"
  | "runtimeOptionsPrompts"
  | "about"
  | "getProgramDependencies"
  | "runPlugin"
  | "cancel"
>;

/** The language runtime of one engine, which listens at `engine`. */
export function languageRuntime(engine: string): Calls {
  const running = new Set<ChildProcess>();
  return {
    handshake: (_call, answer) => answer(null, new languagePb.LanguageHandshakeResponse()),
    getPluginInfo: (_call, answer) => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(pulumiVersion);
      answer(null, info);
    },
    // None: a provider is looked up when its first resource is registered.
    getRequiredPackages: (_call, answer) =>
      answer(null, new languagePb.GetRequiredPackagesResponse()),
    getProgramDependencies: (_call, answer) =>
      answer(null, new languagePb.GetProgramDependenciesResponse()),
    // `npm ci` has installed everything.
    installDependencies: (call) => call.end(),
    runtimeOptionsPrompts: (_call, answer) => answer(null, new languagePb.RuntimeOptionsResponse()),
    about: (_call, answer) => {
      const about = new languagePb.AboutResponse();
      about.setExecutable(process.execPath);
      about.setVersion(process.version);
      answer(null, about);
    },
    run: (call, answer) => run(call, answer, engine, running),
    runPlugin: (call) => runPlugin(call, running),
    cancel: (_call, answer) => {
      for (const child of running) endSoon(child);
      answer(null, new emptyPb.Empty());
    },
  };
}

function run(
  call: ServerUnaryCall<language.RunRequest, language.RunResponse>,
  answer: sendUnaryData<language.RunResponse>,
  engine: string,
  running: Set<ChildProcess>,
): void {
  const request = call.request;
  const program = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const runner = sdkRunner("run", program);
  if (runner === undefined) {
    answer(null, runResponse({ code: 1, text: sdkMissing(program) }));
    return;
  }
  const environment = { ...process.env, ...programEnvironment(request) };
  const child = start([runner, ...runArguments(request, engine)], program, environment, running);
  // The program's output is the engine's to show: it reads what follows the port on our own output.
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  call.on("cancelled", () => endSoon(child));
  exitOf(child).then((exit) => answer(null, runResponse(exit)), answer);
}

interface Exit {
  readonly code: number;
  /** What to tell the user when the code is not 0. */
  readonly text: string;
}

/** Settles when the process has ended and its output is read. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({
        code: code ?? 1,
        text:
          signal === null
            ? `Program exited with non-zero exit code: ${code}`
            : `Program was ended by ${signal}`,
      }),
    );
  });
}

function runResponse({ code, text }: Exit): language.RunResponse {
  const response = new languagePb.RunResponse();
  if (code === alreadyReported) response.setBail(true);
  else if (code !== 0) response.setError(text);
  return response;
}

/** Arguments of the SDK's `cmd/run` for a request. */
export function runArguments(request: language.RunRequest, engine: string): readonly string[] {
  const info = request.getInfo();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() ?? request.getPwd(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) =>
      value === "" ? [] : [`--${name}=${value}`],
    ),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** What the SDK reads from the environment: configuration, and that Node runs TypeScript by itself. */
export function programEnvironment(request: language.RunRequest): Record<string, string> {
  const config = Object.fromEntries(request.getConfigMap().getEntryList());
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: "false",
  };
}

function runPlugin(
  call: ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
  running: Set<ChildProcess>,
): void {
  const request = call.request;
  const program = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const isPack = request.getKind() === "analyzer";
  const runner = sdkRunner(isPack ? "run-policy-pack" : "run-plugin", program);
  const fail = (details: string): void => {
    call.emit("error", { code: status.FAILED_PRECONDITION, details });
  };
  if (runner === undefined) {
    fail(sdkMissing(program));
    return;
  }
  // The runner of packs wants the folder last, that of other plugins first.
  const args = isPack ? [...request.getArgsList(), program] : [program, ...request.getArgsList()];
  const cwd = isPack ? program : request.getPwd();
  const child = start([runner, ...args], cwd, pluginEnvironment(request), running);
  child.stdout.on("data", (chunk: Buffer) => {
    call.write(new languagePb.RunPluginResponse().setStdout(chunk));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    call.write(new languagePb.RunPluginResponse().setStderr(chunk));
  });
  call.on("cancelled", () => endSoon(child));
  exitOf(child).then(
    ({ code }) => {
      call.write(new languagePb.RunPluginResponse().setExitcode(code));
      call.end();
    },
    (error: Error) => fail(error.message),
  );
}

function pluginEnvironment(request: language.RunPluginRequest): Record<string, string> {
  return Object.fromEntries(
    request.getEnvList().map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** The SDK's runner as the program sees it: two copies of the SDK must not meet in one process. */
function sdkRunner(
  name: "run" | "run-policy-pack" | "run-plugin",
  program: string,
): string | undefined {
  try {
    return createRequire(join(program, "index.js")).resolve(`@pulumi/pulumi/cmd/${name}/index.js`);
  } catch {
    return undefined;
  }
}

function sdkMissing(program: string): string {
  return `@pulumi/pulumi is not installed where ${program} looks for it: run npm ci`;
}

function start(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  running: Set<ChildProcess>,
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [`--import=${endWithParent}`, ...args], { cwd, env });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

function endSoon(child: ChildProcess): void {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  child.once("close", () => clearTimeout(timer));
}
