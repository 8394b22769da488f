/** Which port of 127.0.0.1 leads to which Service: each Service keeps its port for as long as the stack lives. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { read } from "../objects.ts";
import { freePort, isFreeSoon } from "../ports.ts";
import { writeIfChanged } from "../settings.ts";
import { clusterDomain } from "./network.ts";
import type { Forward } from "./processes.ts";

/** A Service that is to be reached from the machine. */
export interface Exposed {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
}

/**
 * The ports of these Services, chosen on first use and kept in `folder`.
 * @param portsAreOurs whether what listens on the kept ports is the stack's own gateway
 */
export async function ensureForwards(
  folder: string,
  services: readonly Exposed[],
  portsAreOurs: boolean,
): Promise<readonly Forward[]> {
  const path = join(folder, "forwards.json");
  const kept = readPorts(path);
  const forwards: Forward[] = [];
  for (const { name, namespace, port: hostPort } of services) {
    const host = `${name}.${namespace}.svc.${clusterDomain}`;
    const old = read(kept, `${host}:${hostPort}`);
    const isKept = typeof old === "number" && (portsAreOurs || (await isFreeSoon(old)));
    const taken = forwards.map(({ port }) => port);
    const port = isKept ? old : await freePort(taken);
    forwards.push({ port, host, hostPort });
  }
  const ports = forwards.map(({ port, host, hostPort }) => [`${host}:${hostPort}`, port]);
  writeIfChanged(path, JSON.stringify(Object.fromEntries(ports)));
  return forwards;
}

function readPorts(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // Not there, or damaged.
  }
}
