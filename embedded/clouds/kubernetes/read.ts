/** Reads objects back: for a refresh, what drifted; for an import, all there is. */
import { Failure } from "../../failure.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesError } from "../../kubernetes/kubernetes-error.ts";
import { type KubernetesObject, referenceTo } from "../../kubernetes/objects.ts";
import type { Inputs, Outputs } from "../property-value.ts";
import type { LiveState, Log, Operation, ReadRequest } from "../resource-provider.ts";
import { liveInputs } from "./drift.ts";
import { referenceOf, titleOf } from "./identity.ts";
import {
  importedInputs,
  manifestFields,
  manifestOf,
  outputsOf,
  withStringData,
} from "./manifest.ts";
import { whyNotReady } from "./ready/wait.ts";
import { refusalOf } from "./refusal.ts";
import { fieldManager, type TakenOver, takeOver } from "./take-over.ts";

/** The object behind a resource as it is; `undefined` when it is gone, or going. */
export async function readObject(
  client: KubernetesClient,
  { type, id, oldInputs }: ReadRequest,
  operation: Operation,
): Promise<LiveState | undefined> {
  const reference = referenceOf(type, id);
  const { apiVersion, kind, namespace } = reference;
  try {
    const served = await client.served(apiVersion, kind);
    if (served?.namespaced && namespace === undefined) {
      throw new Failure(
        `a ${kind} lives in a namespace: its id is <namespace>/<name>, not "${id}"`,
      );
    }
    const live = await client.find(reference);
    if (live === undefined || live.metadata.deletionTimestamp !== undefined) return undefined;
    const inputs = oldInputs
      ? await driftedInputs(client, oldInputs, live, operation)
      : importedInputs(live);
    return { inputs, outputs: outputsOf(live), unhealthy: await whyNotReady(client, live) };
  } catch (error) {
    throw refusalOf(titleOf(reference), error);
  }
}

async function driftedInputs(
  client: KubernetesClient,
  oldInputs: Inputs,
  live: KubernetesObject,
  { log }: Operation,
): Promise<Outputs> {
  const wanted = manifestFields(oldInputs);
  const { object, isTracked } = await repaired(client, manifestOf(oldInputs), log);
  const seen = liveInputs(wanted, object, live, isTracked ? fieldManager : undefined);
  return seen === wanted ? oldInputs : withStringData(oldInputs, seen);
}

/** What the API would make of the object if the stack were applied now; where it would refuse, what the stack asks for. */
async function repaired(
  client: KubernetesClient,
  object: KubernetesObject,
  log: Log,
): Promise<TakenOver> {
  try {
    return await takeOver(client, object, { dryRun: true });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status === undefined) throw error;
    const title = titleOf(referenceTo(object));
    log.warning(`${title}: the API would now refuse what the stack asks for: ${error.message}`);
    return { object, isTracked: false };
  }
}
