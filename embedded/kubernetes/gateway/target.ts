/** A TCP port in the node's network, as a request or an argument names it. */
import { isIPv4 } from "node:net";

/** Where a connection is to lead. */
export interface Target {
  /** IPv4 address or DNS name. */
  readonly host: string;
  readonly port: number;
}

/** Labels of letters, digits and hyphens; the last one starts with a letter, which tells a name from an address. */
const dnsName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** The target in `host:port`, or `undefined` when that is none. */
export function parseTarget(text: string): Target | undefined {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, Math.max(colon, 0));
  const port = parsePort(text.slice(colon + 1));
  const isHost = isIPv4(host) || dnsName.test(host);
  return isHost && port !== undefined ? { host, port } : undefined;
}

/** The port in a text of digits, or `undefined` when that is none. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
