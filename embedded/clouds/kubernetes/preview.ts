/** What the API would say: dry runs of server-side apply, in which it checks everything and changes nothing. */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { isUnreachable, KubernetesError } from "../../kubernetes/kubernetes-error.ts";
import { type KubernetesObject, read, readList, referenceTo } from "../../kubernetes/objects.ts";
import { type Inputs, isMap, type Outputs, textOf, unknown } from "../property-value.ts";
import { titleOf } from "./identity.ts";
import { markSecrets, outputsOf } from "./manifest.ts";
import { refusalOf } from "./refusal.ts";
import { fieldManager, takeOver } from "./take-over.ts";

/**
 * Asks the API about an object that is to be made. Nothing is asked while its namespace or its kind does not exist: they
 * may come in the same run.
 * @throws Failure in the API's words
 */
export async function previewCreate(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<void> {
  try {
    await client.apply(object, { fieldManager, dryRun: true });
  } catch (error) {
    if (isAbsence(error)) return;
    if (isUnreachable(error)) throw error;
    if (await isReplaced(client, object)) return previewUnderOtherName(client, object);
    throw refusalOf(titleOf(referenceTo(object)), error);
  }
}

/**
 * Asks the API about an object that is to be changed; returns what it would be, as far as that is known.
 * @throws Failure in the API's words
 */
export async function previewUpdate(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    return (await takeOver(client, object, { dryRun: true })).object;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    if (isUnreachable(error)) throw error;
    throw refusalOf(titleOf(referenceTo(object)), error);
  }
}

/** The namespace or the kind is not there. */
function isAbsence(error: unknown): boolean {
  return (
    error instanceof KubernetesError && (error.status === 404 || error.reason === "KindNotServed")
  );
}

/** An object of ours that a create meets in a preview will have been deleted by then. */
async function isReplaced(client: KubernetesClient, object: KubernetesObject): Promise<boolean> {
  const live = await client.find(referenceTo(object));
  return readList(live, "metadata", "managedFields").some(
    (entry) => read(entry, "manager") === fieldManager && read(entry, "operation") === "Apply",
  );
}

/** Kinds whose names mean something, so that no other name will do. */
const namedByRule: ReadonlySet<string> = new Set(["CustomResourceDefinition", "APIService"]);

/** The API would compare the new object with the old one, which will be gone; so the new one is tried under a name that is free. */
async function previewUnderOtherName(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<void> {
  if (namedByRule.has(object.kind)) return;
  const name = `${object.metadata.name.slice(0, 50)}-preview`;
  try {
    await client.apply(
      { ...object, metadata: { ...object.metadata, name } },
      { fieldManager, dryRun: true },
    );
  } catch (error) {
    throw refusalOf(titleOf(referenceTo(object)), error);
  }
}

/** Fields that the API assigns when an object is made, by kind. */
const assigned: Readonly<Record<string, readonly string[]>> = {
  Service: ["clusterIP", "clusterIPs"],
  PersistentVolumeClaim: ["volumeName"],
};

/** The outputs of an object that is to be made: what only the API will know is unknown, and `status` is left out, which says the same. */
export function outputsBeforeCreate(inputs: Inputs): Outputs {
  const { metadata = {}, spec, ...rest } = inputs;
  const fields = assigned[textOf(inputs["kind"]) ?? ""] ?? [];
  const later = Object.fromEntries(fields.map((field) => [field, unknown]));
  return markSecrets({
    ...rest,
    metadata: isMap(metadata) ? { ...serverGiven, ...metadata } : metadata,
    ...(spec !== undefined && isMap(spec) ? { spec: { ...later, ...spec } } : {}),
  });
}

/** The outputs of an object that is to be changed into `next`, or by `inputs` where the API could not say. */
export function outputsBeforeUpdate(inputs: Inputs, next: KubernetesObject | undefined): Outputs {
  if (next === undefined) return outputsBeforeCreate(inputs);
  const { status: _, metadata = null, ...outputs } = outputsOf(next);
  return { ...outputs, metadata: isMap(metadata) ? { ...metadata, ...changing } : metadata };
}

const changing = { generation: unknown, resourceVersion: unknown };
const serverGiven = { uid: unknown, creationTimestamp: unknown, ...changing };
