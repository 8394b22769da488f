/** The package `kubernetes`: every object of the API as a resource, for where the official provider cannot be had. */
import { dependencyVersion } from "../../engine/versions.ts";
import { hasUnknown } from "../property-value.ts";
import type { ProviderPackage, ResourceProvider } from "../resource-provider.ts";
import { applyAndWait } from "./apply.ts";
import { checkObject } from "./check.ts";
import { type Cluster, clusterOf } from "./cluster.ts";
import { checkAnyClusterConfig, clusterConfigOf, diffClusterConfig } from "./config.ts";
import { deleteAndWait } from "./delete.ts";
import { diffObjects } from "./diff.ts";
import { kindOf, referenceOf } from "./identity.ts";
import { manifestOf, markSecrets } from "./manifest.ts";
import {
  outputsBeforeCreate,
  outputsBeforeUpdate,
  previewCreate,
  previewUpdate,
} from "./preview.ts";
import { readObject } from "./read.ts";

/** Serves the resources of `@pulumi/kubernetes` that are objects of the API. */
export const kubernetesPackage: ProviderPackage = {
  name: "kubernetes",
  version: dependencyVersion("@pulumi/kubernetes"),
  checkConfig: checkAnyClusterConfig,
  diffConfig: diffClusterConfig,
  configure: (config, log) =>
    Promise.resolve(kubernetesProvider(clusterOf(clusterConfigOf(config), log))),
};

function kubernetesProvider(cluster: Cluster): ResourceProvider {
  return {
    async check({ type, inputs: given }) {
      const kind = kindOf(type);
      const served = await cluster.ifReachable((client) =>
        client.served(kind.apiVersion, kind.kind),
      );
      const { inputs, failures } = checkObject(kind, given, served?.namespaced);
      return { inputs: markSecrets(inputs), failures };
    },
    diff: ({ oldInputs, newInputs }) => Promise.resolve(diffObjects(oldInputs, newInputs)),
    async create({ inputs, preview }, operation) {
      return cluster.hearingWarnings(operation.log, async () => {
        if (!preview) {
          return applyAndWait(cluster.client(), manifestOf(inputs), { force: false }, operation);
        }
        if (!hasUnknown(inputs)) {
          await cluster.ifReachable((client) => previewCreate(client, manifestOf(inputs)));
        }
        return { id: "", outputs: outputsBeforeCreate(inputs) };
      });
    },
    read: (request, operation) => readObject(cluster.client(), request, operation),
    async update({ newInputs, preview }, operation) {
      return cluster.hearingWarnings(operation.log, async () => {
        if (!preview) {
          const object = manifestOf(newInputs);
          return (await applyAndWait(cluster.client(), object, { force: true }, operation)).outputs;
        }
        const next = hasUnknown(newInputs)
          ? undefined
          : await cluster.ifReachable((client) => previewUpdate(client, manifestOf(newInputs)));
        return outputsBeforeUpdate(newInputs, next);
      });
    },
    delete: ({ type, id }, operation) =>
      deleteAndWait(cluster.client(), referenceOf(type, id), operation),
  };
}
