/** Which Kubernetes provider the engine gets: the official one where the person has it, else the embedded one. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../failure.ts";
import { pulumiHome } from "../paths.ts";
import { dependencyVersion } from "./versions.ts";

export const providerNames = ["official", "embedded"] as const;

export type ProviderName = (typeof providerNames)[number];

/**
 * Variable by which the launcher of the embedded provider becomes another program, whose path it holds. Empty for the
 * embedded one.
 */
export const providerVariable = "INFERENCE_PLATFORM_KUBERNETES_PROVIDER";

/** A provider, and how to start it. */
export interface ProviderChoice {
  readonly name: ProviderName;
  /** Value of `providerVariable`. */
  readonly program: string;
  /** Why this one, for people. */
  readonly why: string;
}

const version = dependencyVersion("@pulumi/kubernetes");

/**
 * The official provider of exactly the SDK's version among the person's own plugins, which are only read.
 * @returns its program, or `undefined` when it is not installed
 */
export function officialProvider(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folder = join(personsHome(environment), "plugins", `resource-kubernetes-v${version}`);
  // The CLI leaves this file beside a plugin while it installs it, and when that was cut short.
  if (existsSync(`${folder}.partial`)) return undefined;
  const program = join(folder, "pulumi-resource-kubernetes");
  return isProgram(program) ? program : undefined;
}

/** Pulumi's home as the person has it: in a shell that uses ours, the usual place. */
function personsHome(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment["PULUMI_HOME"];
  const isOwn = named !== undefined && named !== "" && resolve(named) !== pulumiHome();
  return isOwn ? resolve(named) : join(homedir(), ".pulumi");
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The provider for a stack on an existing cluster. What one provider has made it goes on with: they keep different things
 * in the state.
 * @param made the one that made the stack, if it was brought up before
 * @param official program of the official one, if it is installed
 * @throws Failure when the one that made the stack is not there any more
 */
export function chooseProvider(
  stack: string,
  made: ProviderName | undefined,
  official: string | undefined,
): ProviderChoice {
  const embedded = { name: "embedded", program: "" } as const;
  if (made === "embedded") {
    return {
      ...embedded,
      why: official
        ? `which made this stack; "npm run down -- ${stack}" first, to use the official ${version}`
        : "which made this stack",
    };
  }
  if (official !== undefined) {
    return { name: "official", program: official, why: `${version}, from ${official}` };
  }
  if (made === undefined) return { ...embedded, why: `the official ${version} is not installed` };
  throw new Failure(
    `the stack "${stack}" was made with the official Kubernetes provider ${version}, which is not installed any more; ` +
      `fix: "pulumi plugin install resource kubernetes ${version}", or "npm run down -- ${stack}" first and bring it up anew with the embedded one`,
  );
}

/** The provider for taking a stack down: the one that made it, else the embedded one, which can delete what the other made. */
export function providerForRemoval(
  made: ProviderName | undefined,
  official: string | undefined,
): ProviderChoice {
  return made === "official" && official !== undefined
    ? { name: "official", program: official, why: "which made this stack" }
    : {
        name: "embedded",
        program: "",
        why: made === "official" ? "the official one is gone" : "which made this stack",
      };
}
