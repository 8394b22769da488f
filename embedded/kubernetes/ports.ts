/** Ports of 127.0.0.1 that stay with a stack. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Ports to choose from: below those that the system gives to outgoing connections (from 32768 on Linux), which could take
 * ours while the control plane is down, and below the node ports of Services (from 30000).
 */
const ports = { first: 20_000, last: 29_999 } as const;

/** A port of 127.0.0.1 on which nobody listens, and that is not `taken`. */
export async function freePort(taken: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = randomInt(ports.first, ports.last + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

/** Whether nobody listens on `port`, or no longer in a second: a process that was killed just now holds it for a moment. */
export async function isFreeSoon(port: number): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    if (await isFree(port)) return true;
    await sleep(100);
  }
  return false;
}

/** Whether nobody listens on the port of 127.0.0.1. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}
