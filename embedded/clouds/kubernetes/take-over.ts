/**
 * Forced server-side apply, and what to do where it cannot repair. Apply tells the items of a list apart by keys. Where
 * somebody changed the key of one of ours, for example the port of a Service, apply leaves theirs and adds ours beside it;
 * and the API refuses two ports of one name. Then the lists are replaced as a whole.
 */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { failedWith } from "../../kubernetes/kubernetes-error.ts";
import { type KubernetesObject, read, readList, referenceTo } from "../../kubernetes/objects.ts";

/** Who owns the fields that the stack sets. */
export const fieldManager = "inference-platform";

/** An object after a forced apply, or as it would be. */
export interface TakenOver {
  readonly object: KubernetesObject;
  /** Whether the API says in `object` which fields are the stack's. It does not when lists would be replaced as a whole. */
  readonly isTracked: boolean;
}

/**
 * Applies an object and takes its fields over from other managers.
 * @throws KubernetesError when the API refuses
 */
export async function takeOver(
  client: KubernetesClient,
  object: KubernetesObject,
  { dryRun }: { readonly dryRun: boolean },
): Promise<TakenOver> {
  const options = { fieldManager, force: true, dryRun };
  try {
    return { object: await client.apply(object, options), isTracked: true };
  } catch (error) {
    const path = await client.pathOf(referenceTo(object));
    if (!failedWith(error, "Invalid") || path === undefined) throw error;
    const replaced = await withListsReplaced(client, path, object, dryRun, error);
    if (dryRun) return { object: replaced, isTracked: false };
    const applied = await client.apply(object, options);
    return { object: await withoutPatchClaim(client, path, applied), isTracked: true };
  }
}

/** A merge patch goes into maps and replaces lists. When the API refuses that too, the first refusal is the clearer one. */
async function withListsReplaced(
  client: KubernetesClient,
  path: string,
  object: KubernetesObject,
  dryRun: boolean,
  refusal: Error,
): Promise<KubernetesObject> {
  try {
    return await client.patch(path, object, { type: "merge", fieldManager, dryRun });
  } catch (error) {
    throw failedWith(error, "Invalid") || failedWith(error, "NotFound") ? refusal : error;
  }
}

/**
 * A patch makes a claim of its own on every field it sets, beside that of apply. While it stands, apply would not remove a
 * field that the stack gives up.
 */
async function withoutPatchClaim(
  client: KubernetesClient,
  path: string,
  object: KubernetesObject,
): Promise<KubernetesObject> {
  const claims = readList(object, "metadata", "managedFields");
  const kept = claims.filter(
    (claim) =>
      read(claim, "manager") !== fieldManager ||
      read(claim, "operation") !== "Update" ||
      read(claim, "subresource") !== undefined,
  );
  if (kept.length === claims.length) return object;
  const steps = [
    { op: "test", path: "/metadata/resourceVersion", value: object.metadata.resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value: kept },
  ];
  return client.patch(path, steps, { type: "json", fieldManager });
}
