/** Drives an embedded provider as the engine does: as a process, over gRPC, with a display that records what it is told. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Outputs } from "../../embedded/clouds/property-value.ts";
import { propertiesIn, structOf } from "../../embedded/clouds/wire-form.ts";
import { checkoutRoot } from "../../embedded/paths.ts";

/** A message that the display was told. */
export interface Message {
  readonly severity: "debug" | "info" | "warning" | "error" | "";
  readonly urn: string;
  readonly text: string;
  /** A status line, which the next one replaces. */
  readonly ephemeral: boolean;
}

/** A resource that exists but is not well, as the engine hears of it. */
export interface NotReady {
  readonly id: string;
  readonly outputs: Outputs;
  readonly inputs: Outputs;
  readonly reasons: readonly string[];
}

/** What a changed property looks like to the engine: `update`, `add-replace` and so on. */
export interface DiffAnswer {
  readonly changes: Readonly<Record<string, string>>;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** A connection to a provider. */
export interface Connection {
  readonly client: ResourceProviderClient;
  struct(properties: Outputs): Struct;
  close(): void;
  configure(config: Outputs): Promise<void>;
  check(type: string, news: Outputs): Promise<{ inputs: Outputs; failures: readonly string[] }>;
  diff(type: string, id: string, olds: Outputs, news: Outputs): Promise<DiffAnswer>;
  create(
    type: string,
    inputs: Outputs,
    options?: CallOptions,
  ): Promise<{ id: string; outputs: Outputs }>;
  read(
    type: string,
    id: string,
    inputs?: Outputs,
  ): Promise<{ id: string; inputs: Outputs; outputs: Outputs }>;
  update(
    type: string,
    id: string,
    olds: Outputs,
    news: Outputs,
    options?: CallOptions,
  ): Promise<Outputs>;
  delete(type: string, id: string, inputs: Outputs, options?: CallOptions): Promise<void>;
  cancel(): Promise<void>;
}

/** One running provider. */
export interface ProviderProcess extends Connection {
  readonly child: ChildProcess;
  /** From the start of the process to its port, in milliseconds. */
  readonly startMs: number;
  readonly messages: readonly Message[];
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly preview?: boolean;
  readonly timeoutSeconds?: number;
}

/** Starts `embedded/clouds/<name>/main.ts`. */
export async function startProvider(name: "kubernetes" | "local"): Promise<ProviderProcess> {
  const messages: Message[] = [];
  const display = await startDisplay(messages);
  const begin = performance.now();
  const main = join(checkoutRoot, "embedded/clouds", name, "main.ts");
  const child = spawn(process.execPath, [main, `127.0.0.1:${display.port}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const port: readonly unknown[] = await once(createInterface(child.stdout), "line");
  const startMs = performance.now() - begin;
  const connection = await connect(Number(port[0]));
  return {
    ...connection,
    child,
    startMs,
    messages,
    async stop() {
      connection.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      display.server.forceShutdown();
    },
  };
}

/** Connects to the provider at a port of 127.0.0.1; each call is a connection of its own. */
export async function connect(port: number): Promise<Connection> {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_metadata_size": 16 * 1024 * 1024,
    "grpc.use_local_subchannel_pool": 1,
  });
  await promisify(client.waitForReady.bind(client))(Date.now() + 10_000);
  return { ...calls(client), client, struct: structOf, close: () => client.close() };
}

async function startDisplay(
  messages: Message[],
): Promise<{ readonly server: Server; readonly port: number }> {
  const severities = ["debug", "info", "warning", "error"] as const;
  const server = new Server();
  server.addService(EngineService, {
    log: ((call, answer) => {
      messages.push({
        severity: severities[call.request.getSeverity()] ?? "",
        urn: call.request.getUrn(),
        text: call.request.getMessage(),
        ephemeral: call.request.getEphemeral(),
      });
      answer(null, new emptyPb.Empty());
    }) satisfies import("@pulumi/pulumi/proto/engine_grpc_pb.js").IEngineServer["log"],
  });
  const port = await promisify(server.bindAsync.bind(server))(
    "127.0.0.1:0",
    ServerCredentials.createInsecure(),
  );
  return { server, port };
}

/** The name under which the engine knows the resource of type `type` that these tests make. */
export function urnOf(type: string): string {
  return `urn:pulumi:local::test::${type}::it`;
}

function calls(client: ResourceProviderClient): Omit<Connection, "client" | "struct" | "close"> {
  return {
    async configure(config) {
      const request = new providerPb.ConfigureRequest();
      request.setArgs(structOf(config));
      await unary<provider.ConfigureResponse>((done) => client.configure(request, done));
    },
    async check(type, news) {
      const request = about(new providerPb.CheckRequest(), type);
      request.setNews(structOf(news));
      const answer = await unary<provider.CheckResponse>((done) => client.check(request, done));
      return {
        inputs: propertiesIn(answer.getInputs()),
        failures: answer.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`),
      };
    },
    async diff(type, id, olds, news) {
      const request = about(new providerPb.DiffRequest(), type);
      request.setId(id);
      request.setOldInputs(structOf(olds));
      request.setOlds(structOf(olds));
      request.setNews(structOf(news));
      const answer = await unary<provider.DiffResponse>((done) => client.diff(request, done));
      const changes: Record<string, string> = {};
      answer.getDetaileddiffMap().forEach((change, path) => {
        changes[path] = kindName(change.getKind());
      });
      return {
        changes,
        replaces: answer.getReplacesList(),
        deleteBeforeReplace: answer.getDeletebeforereplace(),
      };
    },
    async create(type, inputs, { preview = false, timeoutSeconds = 0 } = {}) {
      const request = about(new providerPb.CreateRequest(), type);
      request.setProperties(structOf(inputs));
      request.setPreview(preview);
      request.setTimeout(timeoutSeconds);
      const answer = await unary<provider.CreateResponse>((done) => client.create(request, done));
      return { id: answer.getId(), outputs: propertiesIn(answer.getProperties()) };
    },
    async read(type, id, inputs) {
      const request = about(new providerPb.ReadRequest(), type);
      request.setId(id);
      if (inputs) request.setInputs(structOf(inputs));
      const answer = await unary<provider.ReadResponse>((done) => client.read(request, done));
      return {
        id: answer.getId(),
        inputs: propertiesIn(answer.getInputs()),
        outputs: propertiesIn(answer.getProperties()),
      };
    },
    async update(type, id, olds, news, { preview = false, timeoutSeconds = 0 } = {}) {
      const request = about(new providerPb.UpdateRequest(), type);
      request.setId(id);
      request.setOldInputs(structOf(olds));
      request.setOlds(structOf(olds));
      request.setNews(structOf(news));
      request.setPreview(preview);
      request.setTimeout(timeoutSeconds);
      const answer = await unary<provider.UpdateResponse>((done) => client.update(request, done));
      return propertiesIn(answer.getProperties());
    },
    async delete(type, id, inputs, { timeoutSeconds = 0 } = {}) {
      const request = about(new providerPb.DeleteRequest(), type);
      request.setId(id);
      request.setOldInputs(structOf(inputs));
      request.setProperties(structOf(inputs));
      request.setTimeout(timeoutSeconds);
      await unary((done) => client.delete(request, done));
    },
    async cancel() {
      await unary((done) => client.cancel(new emptyPb.Empty(), done));
    },
  };
}

function about<R extends { setUrn(urn: string): R; setType(type: string): R }>(
  request: R,
  type: string,
): R {
  return request.setUrn(urnOf(type)).setType(type);
}

function kindName(kind: provider.PropertyDiff.Kind): string {
  return ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"][kind] ?? "";
}

/** A request that the provider refused: the status name of gRPC, and the text. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: number;
  readonly notReady: NotReady | undefined;

  constructor(error: ServiceError) {
    super(error.details);
    this.code = error.code;
    this.notReady = notReadyIn(error);
  }
}

function notReadyIn({ metadata }: ServiceError): NotReady | undefined {
  const [details] = metadata.get("grpc-status-details-bin");
  if (!(details instanceof Buffer)) return undefined;
  const [any] = statusPb.Status.deserializeBinary(details).getDetailsList();
  if (any?.getTypeUrl() !== "type.googleapis.com/pulumirpc.ErrorResourceInitFailed")
    return undefined;
  const detail = providerPb.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  return {
    id: detail.getId(),
    outputs: propertiesIn(detail.getProperties()),
    inputs: propertiesIn(detail.getInputs()),
    reasons: detail.getReasonsList(),
  };
}

/** The refusal of a call that must be refused. */
export async function refusal(call: Promise<unknown>): Promise<Refused> {
  const outcome = await call.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer).slice(0, 500)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof Refused, String(outcome));
  return outcome;
}

/** A call of the raw client, as a promise. */
export function unary<Answer>(
  call: (done: (error: ServiceError | null, answer: Answer) => void) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (error ? reject(new Refused(error)) : resolve(answer)));
  });
}
