/** What processes listen on, from Linux' own tables. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Addresses of the TCP sockets on which the processes listen, and of all their UDP sockets, for example `127.0.0.1:6443`. */
export function listening(pids: readonly number[]): readonly string[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((table) =>
    rowsOf(table)
      .filter(
        ({ state, inode }) =>
          inodes.has(inode) && (state === listenState || table.startsWith("udp")),
      )
      .map(({ address }) => address),
  );
}

/** `TCP_LISTEN` in the kernel's own numbers. */
const listenState = "0A";

function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1];
    return inode === undefined ? [] : [inode];
  });
}

interface Row {
  readonly address: string;
  readonly state: string;
  readonly inode: string;
}

function rowsOf(table: string): readonly Row[] {
  const lines = readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1);
  return lines.map((line) => {
    const fields = line.trim().split(/\s+/);
    return { address: addressOf(fields[1] ?? ""), state: fields[3] ?? "", inode: fields[9] ?? "" };
  });
}

/** `0100007F:3F57` is 127.0.0.1:16215: the bytes of an IPv4 address stand in the order of the machine. */
function addressOf(hex: string): string {
  const [host = "", port = ""] = hex.split(":");
  const bytes = Buffer.from(host, "hex");
  const name = bytes.length === 4 ? [...bytes.reverse()].join(".") : host;
  return `${name}:${Number.parseInt(port, 16)}`;
}
