/** On which cluster a stack is, as its state says. */
import { readFileSync } from "node:fs";
import { readList, readString } from "../kubernetes/objects.ts";
import { backendFolder, checkoutRoot } from "../paths.ts";
import { checkpointPath, projectName } from "./backend.ts";

/** `none` when nothing of the stack is in any cluster. */
export type StateCluster =
  | { readonly kind: "none" }
  | { readonly kind: "embedded" }
  | { readonly kind: "existing"; readonly context: string };

/** Every object in a cluster was made by a provider that the state holds, and a provider is saved before what it makes. */
export function clusterInState(stack: string, project: string = checkoutRoot): StateCluster {
  const providers = readList(
    stateOf(checkpointPath(backendFolder(), projectName(project), stack)),
    "checkpoint",
    "latest",
    "resources",
  ).filter((resource) => readString(resource, "type")?.startsWith("pulumi:providers:"));
  if (providers.length === 0) return { kind: "none" };
  const contexts = providers.flatMap((provider) => readString(provider, "inputs", "context") ?? []);
  const [context] = contexts;
  return context === undefined ? { kind: "embedded" } : { kind: "existing", context };
}

function stateOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
