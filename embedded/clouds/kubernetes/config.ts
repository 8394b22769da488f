/** The configuration of the providers that work on a cluster, `kubernetes` and `local`. */
import { changesBetween, type Diff } from "../difference.ts";
import { type Input, type Inputs, isUnknown, textOf } from "../property-value.ts";
import type { CheckFailure } from "../resource-provider.ts";
import type { ClusterConfig } from "./cluster.ts";

/** What may be configured. */
const keys = ["kubeconfig", "context", "clusterIdentifier"] as const;

/** What the engine keeps beside the configuration. */
const engineKeys: ReadonlySet<string> = new Set([
  "version",
  "pluginDownloadURL",
  "parameterization",
]);

/** What is wrong with the configuration of a provider that works on its own cluster; values may be unknown in a preview. */
export function checkClusterConfig(config: Inputs): readonly CheckFailure[] {
  return [...checkSettings(config), ...(has(config, "kubeconfig") ? [] : [noKubeconfig])];
}

/** As `checkClusterConfig`, for a provider that also works on a context of the kubeconfig of whoever runs it. */
export function checkAnyClusterConfig(config: Inputs): readonly CheckFailure[] {
  return has(config, "context") ? checkSettings(config) : checkClusterConfig(config);
}

const noKubeconfig = {
  property: "kubeconfig",
  reason: "kubeconfig is missing: the path or the text of one",
};

function has(config: Inputs, key: (typeof keys)[number]): boolean {
  return config[key] !== undefined && config[key] !== "";
}

function checkSettings(config: Inputs): readonly CheckFailure[] {
  const strange = Object.keys(config)
    .filter((key) => !keys.some((known) => known === key) && !engineKeys.has(key))
    .map((key) => ({
      property: key,
      reason: `the embedded provider has no setting "${key}"; it has ${keys.join(", ")}`,
    }));
  const wrong = keys
    .filter((key) => config[key] !== undefined && !isText(config[key]))
    .map((key) => ({ property: key, reason: `${key} must be a text` }));
  return [...strange, ...wrong];
}

function isText(value: Input): boolean {
  return isUnknown(value) || typeof value === "string";
}

/**
 * Only another `clusterIdentifier` is another cluster. A kubeconfig has a new text whenever a token or a port changes, and
 * replacing the provider replaces every object in the cluster.
 */
export function diffClusterConfig(olds: Inputs, news: Inputs): Diff {
  const isOther =
    olds["clusterIdentifier"] !== undefined && news["clusterIdentifier"] !== undefined;
  const changes = changesBetween(olds, news, {
    replaces: ([key]) => key === "clusterIdentifier" && isOther,
  });
  return { changes, deleteBeforeReplace: true };
}

/** The configuration, once it is known. It has been checked. */
export function clusterConfigOf(config: Inputs): ClusterConfig {
  return { kubeconfig: textOf(config["kubeconfig"]) ?? "", context: textOf(config["context"]) };
}
