/** The policy pack as the engine drives it: a process of the SDK's runner, spoken to over gRPC. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzeResponse, AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb.js";
import proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { policyConfig } from "../../policies/config.ts";
import type { Resource } from "../../policies/define-rule.ts";

const runner = fileURLToPath(import.meta.resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js"));
const folder = fileURLToPath(new URL("../../policies/", import.meta.url));

/** One diagnostic, in the words of the engine's policy events. */
export interface Diagnostic {
  readonly policyName: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
  readonly urn: string;
}

export interface Pack {
  /** Milliseconds from the start of the process to its port. */
  readonly startMs: number;
  readonly info: () => Promise<AnalyzerInfo.AsObject>;
  readonly configure: (config: ReturnType<typeof policyConfig>) => Promise<void>;
  readonly analyze: (resource: Resource) => Promise<readonly Diagnostic[]>;
  readonly analyzeStack: (resources: readonly Resource[]) => Promise<readonly Diagnostic[]>;
  readonly stop: () => Promise<void>;
}

/** Starts the pack; it ends with `stop`, and with this process whatever happens. */
export async function startPack(): Promise<Pack> {
  const started = performance.now();
  const child = spawn(process.execPath, [runner, "127.0.0.1:0", folder], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const port = await firstLine(child.stdout);
  const startMs = performance.now() - started;
  const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    startMs,
    info: async () =>
      (
        await call<AnalyzerInfo>((done) => client.getAnalyzerInfo(new empty.Empty(), done))
      ).toObject(),
    configure: async (config) => {
      const request = new proto.ConfigureAnalyzerRequest();
      for (const [policy, { enforcementLevel, ...properties }] of Object.entries(config))
        request
          .getPolicyconfigMap()
          .set(
            policy,
            new proto.PolicyConfig()
              .setEnforcementlevel(protoLevels[enforcementLevel])
              .setProperties(structOf(properties)),
          );
      await call((done) => client.configure(request, done));
    },
    analyze: async (resource) => {
      const request = new proto.AnalyzeRequest()
        .setType(resource.type)
        .setName(resource.name)
        .setUrn(urnOf(resource))
        .setProperties(structOf(resource.props))
        .setOptions(new proto.AnalyzerResourceOptions());
      return diagnostics(await call((done) => client.analyze(request, done)));
    },
    analyzeStack: async (resources) => {
      const request = new proto.AnalyzeStackRequest().setResourcesList(
        resources.map((resource) =>
          new proto.AnalyzerResource()
            .setType(resource.type)
            .setName(resource.name)
            .setUrn(urnOf(resource))
            .setProperties(structOf(resource.props))
            .setOptions(new proto.AnalyzerResourceOptions()),
        ),
      );
      return diagnostics(await call((done) => client.analyzeStack(request, done)));
    },
    stop: async () => {
      client.close();
      process.removeListener("exit", kill);
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface(stream)) return line;
  throw new Error("the pack ended before it gave its port");
}

const protoLevels = {
  advisory: proto.EnforcementLevel.ADVISORY,
  mandatory: proto.EnforcementLevel.MANDATORY,
  disabled: proto.EnforcementLevel.DISABLED,
} as const;

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** What the engine would send: a key that is `undefined` is not there. */
function structOf(value: unknown) {
  return struct.Struct.fromJavaScript(plainEntries(value ?? {}));
}

function plainEntries(value: object): { [key: string]: Plain } {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([key, child]) => (child === undefined ? [] : [[key, plain(child)]])),
  );
}

function plain(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) return plainEntries(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}

export function urnOf({ type, name }: Resource): string {
  return `urn:pulumi:test::test::${type}::${name}`;
}

function call<T>(
  start: (done: (error: ServiceError | null, answer: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function diagnostics(response: AnalyzeResponse): readonly Diagnostic[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    policyName: diagnostic.getPolicyname(),
    level:
      diagnostic.getEnforcementlevel() === proto.EnforcementLevel.MANDATORY
        ? "mandatory"
        : "advisory",
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn(),
  }));
}
