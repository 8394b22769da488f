/** A server whose every connection continues elsewhere. */
import { createServer, type Server, type Socket } from "node:net";
import { type Log, reasonOf } from "./log.ts";
import { abort, pipeBoth } from "./pipe.ts";

/** Pipes each connection to one that `open` makes for it; where that fails, the client is cut off at once. */
export function pipeServer(open: () => Promise<Socket>, log: Log): Server {
  return createServer({ allowHalfOpen: true }, (client) => {
    client.on("error", () => {}); // What became of it is looked at when the other side answers.
    open().then(
      (far) => pipeBoth(client, far),
      (error: unknown) => {
        log(reasonOf(error));
        abort(client);
      },
    );
  });
}
