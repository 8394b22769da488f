/** Tells the engine's display what a provider has to say. */
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./resource-provider.ts";
import type { Redact } from "./secrets.ts";

/** The display of one engine. */
export interface EngineLog {
  /** Messages about the resource `urn`, or about the whole run when it is empty. */
  for(urn: string, redact: Redact): Log;
  /** Waits until the engine has everything: what arrives after an operation's answer may not be shown. */
  sent(): Promise<void>;
  close(): void;
}

/** Says nothing: nobody told where the engine is. */
export const noEngine: EngineLog = {
  for: () => ({ status: () => {}, info: () => {}, warning: () => {} }),
  sent: () => Promise.resolve(),
  close: () => {},
};

/** The display of the engine at `address`, for example `127.0.0.1:40123`. A message that cannot be told is dropped. */
export function engineLogAt(address: string): EngineLog {
  const client = new engineService.EngineClient(address, credentials.createInsecure());
  const send = promisify<InstanceType<typeof engine.LogRequest>, unknown>(client.log.bind(client));
  let sending: Promise<unknown> = Promise.resolve();
  const say = (severity: number, urn: string, message: string, ephemeral: boolean): void => {
    const request = new engine.LogRequest();
    request.setSeverity(severity);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    sending = sending.then(() => send(request)).catch(() => {}); // One by one, so that they arrive in order.
  };
  return {
    for(urn, redact) {
      let last = "";
      return {
        status(text) {
          if (text !== last) say(engine.LogSeverity.INFO, urn, redact(text), true);
          last = text;
        },
        info: (text) => say(engine.LogSeverity.INFO, urn, redact(text), false),
        warning: (text) => say(engine.LogSeverity.WARNING, urn, redact(text), false),
      };
    },
    sent: async () => {
      await sending;
    },
    close: () => client.close(),
  };
}
