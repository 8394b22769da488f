/** Variables under which the Pulumi CLI works on an embedded stack. */
import { delimiter, dirname } from "node:path";
import { backendFolder, compileCache, pulumiHome, stackPaths } from "../paths.ts";
import { buildFolder } from "./go-build.ts";
import { shellQuote } from "./home.ts";
import { providerVariable } from "./kubernetes-provider.ts";
import type { PulumiCli } from "./pulumi-cli.ts";

/** Variables, and folders that go before all others on PATH. */
export interface Environment {
  readonly path: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Passphrase of the embedded backend. It is no secret and keeps none: the engine wants one, the salt that belongs to it
 * is committed in `stacks/Pulumi.local.yaml`, and the state it opens lives on this machine only.
 */
const embeddedPassphrase = "local";

/** What a person's shell needs to use `pulumi` and `kubectl` on an embedded stack; `npm run env` prints it. */
export function shellEnvironment(stack: string, cli: PulumiCli): Environment {
  return {
    path: [dirname(process.execPath), dirname(cli.path), buildFolder("kubernetes")],
    variables: {
      PULUMI_HOME: pulumiHome(),
      PULUMI_BACKEND_URL: `file://${backendFolder()}`,
      PULUMI_CONFIG_PASSPHRASE: embeddedPassphrase,
      // A provider that has no embedded plugin must fail, not start whatever lies on PATH or in the network.
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: stackPaths(stack).kubeconfig,
      // What another stack's shell has left must not choose this one's provider.
      [providerVariable]: "",
    },
  };
}

/** The environment as lines for `eval` in a POSIX shell. */
export function shellExports({ path, variables }: Environment): string {
  const folders = `export PATH=${shellQuote(path.join(delimiter))}${delimiter}"$PATH"`;
  const others = Object.entries(variables).map(
    ([name, value]) => `export ${name}=${shellQuote(value)}`,
  );
  return [folders, ...others, ""].join("\n");
}

/**
 * The whole environment of a run of ours: that of a person's shell, with the event log on, and nothing of Pulumi's that
 * happens to be set around us.
 */
export function engineEnvironment(
  stack: string,
  cli: PulumiCli,
  ambient: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const { path, variables } = shellEnvironment(stack, cli);
  const kept = Object.entries(ambient).flatMap(([name, value]) =>
    value === undefined || name.startsWith("PULUMI_") ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(kept),
    ...variables,
    PATH: [...path, ambient["PATH"] ?? ""].join(delimiter),
    // The program, the pack and the providers are TypeScript: Node keeps what it made of it.
    NODE_COMPILE_CACHE: compileCache(),
    // The event log is a flag of the CLI's debug commands.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}
