/** Listens at an address. */
import { once } from "node:events";
import { lstatSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { type Address, addressText } from "./dial.ts";
import type { Log } from "./log.ts";

/** Connections that may wait to be taken. On a unix socket, one more than that is refused, also in a short burst. */
const backlog = 4096;

/**
 * Listens until the server is closed; a failure of a later connection is only logged. A unix socket is the owner's alone, and
 * takes the place of one that a killed process has left.
 * @throws Error when the address is taken, or is not this machine's
 */
export async function listen(server: Server, at: Address, log: Log): Promise<void> {
  if ("path" in at) {
    removeStale(at.path);
    // From its first moment on, not only after a `chmod`. The file is made before `listen` returns.
    const before = process.umask(0o177);
    server.listen({ path: at.path, backlog });
    process.umask(before);
  } else {
    server.listen({ host: at.host, port: at.port, backlog });
  }
  await once(server, "listening");
  server.on("error", (error) => log(`${addressText(at)}: ${error.message}`));
}

/** Anything but a socket stays, and whoever wants to listen there is told that the address is taken. */
function removeStale(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
}
