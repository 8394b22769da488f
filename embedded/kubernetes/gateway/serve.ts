/** The life of a gateway: it starts all its servers or none, and ends in order when it is told to. */
import type { Server } from "node:net";
import { type Address, addressText } from "./dial.ts";
import { listen } from "./listen.ts";
import { type Log, logToStderr, reasonOf } from "./log.ts";

/** A server, and where it is to be found. */
export interface Listener {
  readonly server: Server;
  readonly at: Address;
}

/**
 * Runs the program: status 0 after SIGTERM or SIGINT, 1 with one line on standard error when it cannot start.
 * @param listeners makes what the arguments ask for
 */
export async function serve(
  name: string,
  listeners: (args: readonly string[], log: Log) => readonly Listener[],
): Promise<void> {
  try {
    const all = listeners(process.argv.slice(2), logToStderr);
    const end = (): never => {
      for (const { server } of all) server.close(); // Takes its socket file along; connections end with the process.
      process.exit(0);
    };
    process.once("SIGTERM", end).once("SIGINT", end);
    await Promise.all(all.map(({ server, at }) => listen(server, at, logToStderr)));
    logToStderr(`${name} listens on ${all.map(({ at }) => addressText(at)).join(", ")}`);
  } catch (error) {
    logToStderr(`${name} cannot start: ${reasonOf(error)}`);
    process.exit(1);
  }
}
