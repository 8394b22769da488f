/** Connections from the machine to what runs on the real node. */
import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { connectThrough } from "../gateway/connect.ts";
import { nodeFiles } from "./api-server.ts";
import { clusterDomain } from "./network.ts";

/**
 * A connection to `host:port` as the node sees it.
 * @param controlPlane folder of the control plane, with the node's socket. Its path may be longer than a socket's may be
 * @throws Error when nobody answers there, or the node does not run
 */
export async function reach(controlPlane: string, host: string, port: number): Promise<Socket> {
  const folder = openSync(controlPlane, "r");
  try {
    const socket = `/proc/self/fd/${folder}/${nodeFiles.connectSocket}`;
    return await connectThrough(socket, host, port);
  } finally {
    closeSync(folder);
  }
}

/** Whether names are resolved on the node, and lead to where their Services do. */
export async function resolvesNames(controlPlane: string): Promise<boolean> {
  try {
    const socket = await reach(controlPlane, `kube-dns.kube-system.svc.${clusterDomain}`, 53);
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}
