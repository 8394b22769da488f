/**
 * Receives the engine's event log while it is written: `--event-log tcp://<address>` makes the engine call this server.
 * A file would have to be polled, and `up` empties it between its preview and its update.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EventsService, type IEventsServer } from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";

/** A server for the events of one run. */
export interface EventLog {
  /** Value for `--event-log`. */
  readonly address: string;
  /** Waits until the engine's streams have ended, then stops listening. */
  readonly close: () => Promise<void>;
}

/** Room for an event with the whole state of a large resource. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Listens on 127.0.0.1 and gives each line of the log to `onLine`. */
export function openEventLog(onLine: (line: string) => void): Promise<EventLog> {
  const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
  const service: Pick<IEventsServer, "streamEvents"> = {
    streamEvents: (call, answer) => {
      call.on("data", (request: EventRequest) => onLine(request.getEvent()));
      call.on("end", () => answer(null, new emptyPb.Empty()));
    },
  };
  server.addService(EventsService, service);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ address: `tcp://127.0.0.1:${port}`, close: () => closed(server) });
    });
  });
}

/** How long a stream may take to end after the engine has: it is broken off when the engine was killed. */
const closeMs = 1_000;

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), closeMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
