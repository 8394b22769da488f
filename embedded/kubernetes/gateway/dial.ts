/** Opens a connection. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Where to listen or to connect: a unix socket, by a path of at most about 107 bytes, or a TCP port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** An address as a person reads it, for example `api.sock` or `127.0.0.1:6443`. */
export function addressText(address: Address): string {
  return "path" in address ? address.path : `${address.host}:${address.port}`;
}

/** Nothing is further away than this machine, but an address that nobody has does not answer at all. */
const patienceMs = 10_000;

/**
 * A connection whose two directions end each on their own.
 * @throws Error when nobody listens there, or nobody answers in 10 seconds
 */
export async function dial(address: Address): Promise<Socket> {
  const socket = connect({ ...address, allowHalfOpen: true });
  socket.setTimeout(patienceMs, () =>
    socket.destroy(new Error(`${addressText(address)} does not answer`)),
  );
  await once(socket, "connect");
  socket.setTimeout(0);
  return socket;
}
