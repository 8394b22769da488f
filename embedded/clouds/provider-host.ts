/**
 * Serves a provider to the engine. This file, `wire-form.ts` and `engine-log.ts` alone speak protobuf; a provider sees the
 * plain values of `resource-provider.ts`.
 *
 * The engine starts one process for each provider instance of a stack. When it is told to attach to a running one instead
 * (PULUMI_DEBUG_PROVIDERS), all instances share the process, each by a connection of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status,
} from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import {
  type IResourceProviderServer,
  ResourceProviderService,
} from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { engineLogAt, noEngine } from "./engine-log.ts";
import {
  type ProviderPackage,
  type ResourceIdentity,
  ResourceNotReady,
} from "./resource-provider.ts";
import { redactorOf, reveal } from "./secrets.ts";
import { operate, type Sessions, sessionsTo, stopAll } from "./sessions.ts";
import {
  Answered,
  checkResponse,
  diffResponse,
  propertiesIn,
  remarkAll,
  serviceError,
  structOf,
  unmarked,
} from "./wire-form.ts";

/** A provider that is being served. */
export interface Host {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Tells running operations to stop, gives them `graceMs` to answer the engine, then serves no more. */
  stop(graceMs: number): Promise<void>;
}

/** As the engine's own limit (rpcutil.GrpcChannelOptions, v3.259.0); gRPC's is 4 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Serves `provided` at a free port. Its messages go to the engine at `engineAddress`; to nobody when that is empty. */
export async function startHost(provided: ProviderPackage, engineAddress: string): Promise<Host> {
  const sessions = sessionsTo(engineAddress === "" ? noEngine : engineLogAt(engineAddress));
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(ResourceProviderService, serviceOf(provided, sessions));
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    async stop(graceMs) {
      await Promise.race([stopAll(sessions.all()), sleep(graceMs, undefined, { ref: false })]);
      server.forceShutdown();
      for (const { engine } of sessions.all()) engine.close();
    },
  };
}

type Service = IResourceProviderServer;

function serviceOf(provided: ProviderPackage, sessions: Sessions): Service {
  return {
    ...packageService(provided, sessions),
    ...resourceService(sessions),
    ...refusals(provided.name),
  };
}

/** What a package is, and how it is configured. */
function packageService(
  provided: ProviderPackage,
  sessions: Sessions,
): Pick<
  Service,
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "getSchema"
  | "getMapping"
  | "getMappings"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "cancel"
> {
  return {
    handshake: unary((request, call) => {
      sessions.of(call).engine = engineLogAt(request.getEngineAddress());
      const response = new providerPb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      return response;
    }),
    attach: unary((request, call) => {
      sessions.of(call).engine = engineLogAt(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provided.version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new providerPb.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: provided.name, version: provided.version }));
      return response;
    }),
    getMapping: unary(() => new providerPb.GetMappingResponse()),
    getMappings: unary(() => new providerPb.GetMappingsResponse()),
    checkConfig: unary((request) => {
      const inputs = propertiesIn(request.getNews());
      return checkResponse({ inputs, failures: provided.checkConfig(reveal(inputs)) });
    }),
    diffConfig: unary((request) => {
      const olds = propertiesIn(request.getOldInputs() ?? request.getOlds());
      return diffResponse(
        provided.diffConfig(reveal(olds), reveal(propertiesIn(request.getNews()))),
      );
    }),
    configure: unary(async (request, call) => {
      const session = sessions.of(call);
      const config = propertiesIn(request.getArgs());
      const log = session.engine.for(request.getUrn() ?? "", redactorOf(config));
      session.provider = await provided.configure(reveal(config), log);
      const response = new providerPb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setSupportspreview(true);
      return response;
    }),
    cancel: unary((_request, call) => {
      void stopAll([sessions.of(call)]); // The operations answer for themselves.
      return new emptyPb.Empty();
    }),
  };
}

/** The life of a resource. */
function resourceService(
  sessions: Sessions,
): Pick<Service, "check" | "diff" | "create" | "read" | "update" | "delete"> {
  return {
    check: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const news = propertiesIn(request.getNews());
      const asked = { ...identityOf(request), inputs: reveal(news) };
      return operate(sessions.of(call), call, [news], async () => {
        const { inputs, failures } = await provider.check(asked);
        return checkResponse({ inputs: remarkAll(inputs, [news]), failures });
      });
    }),
    diff: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const olds = propertiesIn(request.getOldInputs());
      const news = propertiesIn(request.getNews());
      const asked = {
        ...identityOf(request),
        id: request.getId(),
        oldInputs: reveal(olds),
        newInputs: reveal(news),
      };
      return operate(sessions.of(call), call, [olds, news], async () =>
        diffResponse(await provider.diff(asked)),
      );
    }),
    create: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const inputs = propertiesIn(request.getProperties());
      const preview = request.getPreview();
      const asked = { ...identityOf(request), inputs: reveal(inputs), preview };
      return operate(sessions.of(call), call, [inputs], async (operation) => {
        const { id, outputs } = await provider.create(asked, operation);
        const response = new providerPb.CreateResponse();
        response.setId(preview ? "" : id);
        response.setProperties(structOf(remarkAll(outputs, [inputs])));
        return response;
      });
    }),
    read: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const olds = propertiesIn(request.getInputs());
      const marked = [olds, propertiesIn(request.getProperties())];
      const id = request.getId();
      const known = Object.keys(olds).length > 0;
      const asked = { ...identityOf(request), id, oldInputs: known ? reveal(olds) : undefined };
      return operate(sessions.of(call), call, marked, async (operation) => {
        const live = await provider.read(asked, operation);
        const response = new providerPb.ReadResponse();
        if (live === undefined) return response;
        const { unhealthy, inputs, outputs } = live;
        if (unhealthy.length > 0) {
          throw new ResourceNotReady({ id, inputs, outputs, reasons: unhealthy });
        }
        response.setId(id);
        response.setInputs(structOf(remarkAll(inputs, marked)));
        response.setProperties(structOf(remarkAll(outputs, marked)));
        return response;
      });
    }),
    update: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const olds = propertiesIn(request.getOldInputs());
      const news = propertiesIn(request.getNews());
      const asked = {
        ...identityOf(request),
        id: request.getId(),
        oldInputs: reveal(olds),
        newInputs: reveal(news),
        preview: request.getPreview(),
      };
      return operate(sessions.of(call), call, [olds, news], async (operation) => {
        const outputs = await provider.update(asked, operation);
        const response = new providerPb.UpdateResponse();
        response.setProperties(structOf(remarkAll(outputs, [news])));
        return response;
      });
    }),
    delete: unary((request, call) => {
      const { provider } = sessions.configured(call);
      const olds = propertiesIn(request.getOldInputs());
      const asked = { ...identityOf(request), id: request.getId(), oldInputs: reveal(olds) };
      return operate(sessions.of(call), call, [olds], async (operation) => {
        await provider.delete(asked, operation);
        return new emptyPb.Empty();
      });
    }),
  };
}

function identityOf(request: { getUrn(): string; getType(): string }): ResourceIdentity {
  return { urn: request.getUrn(), type: request.getType() };
}

/** What these packages do not have. */
function refusals(
  name: string,
): Pick<Service, "parameterize" | "invoke" | "call" | "construct" | "list"> {
  const refuse =
    (what: string): handleUnaryCall<unknown, never> =>
    (_call, answer) =>
      answer({
        code: status.UNIMPLEMENTED,
        details: `the embedded ${name} provider has no ${what}`,
      });
  return {
    parameterize: refuse("parameters"),
    construct: refuse("component resources: a chart or a folder of YAML cannot be used with it"),
    call: refuse("methods"),
    invoke: (call, answer) => refuse(`functions, such as ${call.request.getTok()}`)(call, answer),
    list: (call) => {
      call.destroy(
        Object.assign(new Error(`the embedded ${name} provider has no lists`), {
          code: status.UNIMPLEMENTED,
        }),
      );
    },
  };
}

/** A call handler that gives its answer as a promise. */
function unary<Request, Response>(
  act: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    Promise.resolve()
      .then(() => act(call.request, call))
      .then(
        (response) => answer(null, response),
        (error) => answer(error instanceof Answered ? error.answer : serviceError(error, unmarked)),
      );
  };
}
