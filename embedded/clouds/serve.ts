/** The life of a provider's process. */
import "../engine/end-with-parent.ts";
import { startHost } from "./provider-host.ts";
import type { ProviderPackage } from "./resource-provider.ts";

/** The engine kills a plugin five seconds after it told it to end (`kill` in pkg/resource/plugin/plugin.go, v3.259.0). */
const graceMs = 3_000;

/**
 * Serves `provided` to the engine whose address is the last argument, and prints the port. The process ends when the
 * engine says so, or is gone: then what it runs is left where it is, because nobody is there to hear how it went, and
 * everything can be done again.
 */
export async function serve(provided: ProviderPackage): Promise<void> {
  const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
  const host = await startHost(provided, engine);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void host.stop(graceMs).then(() => process.exit(0)));
  }
  process.stdout.write(`${host.port}\n`);
}
