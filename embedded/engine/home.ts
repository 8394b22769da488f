/**
 * The project's own PULUMI_HOME: launchers of the language host and of the embedded providers, found by the engine like
 * installed plugins. They belong to one checkout, because they start this checkout's sources with this checkout's Node.
 * The CLI stays where it is: an official one finds its own language host beside it, one built here finds ours.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backendFolder, checkoutRoot, pulumiHome } from "../paths.ts";
import { providerVariable } from "./kubernetes-provider.ts";
import { dependencyVersion, pulumiVersion } from "./versions.ts";

/** A plugin of the engine that is a TypeScript program of this checkout. */
export interface EmbeddedPlugin {
  readonly kind: "resource" | "language";
  readonly name: string;
  /** For a provider the version of its SDK, which asks for exactly that one. */
  readonly version: string;
  /** The program, below the checkout: takes the engine's address as argument and prints its port. */
  readonly main: string;
  /** Variable that may hold the path of another program, to be started in place of this one. @default - none */
  readonly replacedBy?: string;
}

/** The plugins that `local` and the tests run on. */
export const embeddedPlugins: readonly EmbeddedPlugin[] = [
  {
    kind: "language",
    name: "nodejs",
    version: pulumiVersion,
    main: "embedded/engine/language-host.ts",
  },
  {
    kind: "resource",
    name: "kubernetes",
    version: dependencyVersion("@pulumi/kubernetes"),
    main: "embedded/clouds/kubernetes/main.ts",
    replacedBy: providerVariable,
  },
  { kind: "resource", name: "local", version: "0.1.0", main: "embedded/clouds/local/main.ts" },
];

/** Makes the home, the launchers and the backend's folder; writes only what differs. */
export function prepareHome(plugins: readonly EmbeddedPlugin[] = embeddedPlugins): void {
  mkdirSync(backendFolder(), { recursive: true });
  for (const plugin of plugins) {
    writeWhenChanged(
      launcherPath(plugin),
      launcherText(process.execPath, join(checkoutRoot, plugin.main), plugin.replacedBy),
    );
  }
}

/** Where the engine looks for a plugin: `plugins/<kind>-<name>-v<version>/pulumi-<kind>-<name>` of its home. */
export function launcherPath({ kind, name, version }: EmbeddedPlugin): string {
  return join(pulumiHome(), "plugins", `${kind}-${name}-v${version}`, `pulumi-${kind}-${name}`);
}

/** A launcher becomes the program (`exec`), so that the engine's signals and pipes reach it. */
export function launcherText(node: string, main: string, replacedBy?: string): string {
  const other =
    replacedBy === undefined ? "" : `[ -z "$${replacedBy}" ] || exec "$${replacedBy}" "$@"\n`;
  return `#!/bin/sh\n${other}exec ${shellQuote(node)} ${shellQuote(main)} "$@"\n`;
}

/** `text` as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function writeWhenChanged(path: string, text: string): void {
  if (readIfThere(path) === text) return;
  mkdirSync(dirname(path), { recursive: true });
  // Renamed into place, because another run may be starting it.
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o755 });
  renameSync(aside, path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
