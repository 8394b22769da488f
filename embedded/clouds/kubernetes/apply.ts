/** Makes and changes objects by server-side apply. */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { type KubernetesObject, referenceTo } from "../../kubernetes/objects.ts";
import { type Created, type Operation, ResourceNotReady } from "../resource-provider.ts";
import { waitUntilGone } from "./delete.ts";
import { idOf, titleOf } from "./identity.ts";
import { outputsOf } from "./manifest.ts";
import { waitUntilReady } from "./ready/wait.ts";
import { refusalOf } from "./refusal.ts";
import { fieldManager, takeOver } from "./take-over.ts";

/**
 * Applies an object and waits until it is ready. A create takes nothing over from other managers; repeated after a crash
 * it finds its own object and is content. An update does take over, so that it repairs what others changed.
 * @throws Failure when the API refuses
 * @throws ResourceNotReady when the object is there but does not become ready
 */
export async function applyAndWait(
  client: KubernetesClient,
  object: KubernetesObject,
  { force }: { readonly force: boolean },
  operation: Operation,
): Promise<Created> {
  const title = titleOf(referenceTo(object));
  const id = idOf(object);
  try {
    const applied = await appliedWhenFree(client, object, force, operation);
    const path = await client.pathOf(referenceTo(object));
    if (path === undefined) return { id, outputs: outputsOf(applied) };
    const { live, reasons } = await waitUntilReady(client, path, applied, operation);
    const outputs = outputsOf(live);
    const [first, ...others] = reasons;
    if (first === undefined) return { id, outputs };
    throw new ResourceNotReady({ id, outputs, reasons: [`${title}: ${first}`, ...others] });
  } catch (error) {
    throw refusalOf(title, error);
  }
}

/** An object of this name may still be on its way out; what is applied to it then would go with it. */
async function appliedWhenFree(
  client: KubernetesClient,
  object: KubernetesObject,
  force: boolean,
  operation: Operation,
): Promise<KubernetesObject> {
  for (;;) {
    const applied = force
      ? (await takeOver(client, object, { dryRun: false })).object
      : await client.apply(object, { fieldManager });
    const path = await client.pathOf(referenceTo(object));
    if (applied.metadata.deletionTimestamp === undefined || path === undefined) return applied;
    await waitUntilGone(client, path, applied, operation);
  }
}
