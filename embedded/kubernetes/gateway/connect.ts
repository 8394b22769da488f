/** The asking side of `CONNECT`: a connection into the node's network, through the socket of its gateway. */
import { type ClientRequest, request } from "node:http";
import { connect, type Socket } from "node:net";

/** Longer than the gateway takes to find a name and to give up on an address. */
const patienceMs = 20_000;

/**
 * A connection to `host:port` as the node sees it, ready for use. It ends when the caller ends it.
 * @param socketPath unix socket of the node's gateway, at most about 107 bytes long
 * @param host IPv4 address or DNS name, such as `iris.flowers.svc.cluster.local`
 * @throws Error with the gateway's reason when it refuses, or when there is no gateway
 */
export function connectThrough(socketPath: string, host: string, port: number): Promise<Socket> {
  const target = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request({
      method: "CONNECT",
      path: target,
      headers: { host: target },
      createConnection: () => connect({ path: socketPath, allowHalfOpen: true }),
    });
    asking.once("error", reject);
    asking.setTimeout(patienceMs, () => asking.destroy(new Error(`${socketPath} does not answer`)));
    asking.once("connect", (response, _, head) => {
      const { socket, statusCode, statusMessage } = response;
      socket.setTimeout(0);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new Error(`no way to ${target}: ${statusCode} ${statusMessage}`));
      }
    });
    asking.end();
  });
}
