/** Looks again at an object that is waited for. */
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { isUnreachable } from "../../kubernetes/kubernetes-error.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";

/** The object at `path` now, or as it was `last` seen when the API server is away for a moment; `undefined` when it is gone. */
export async function reread(
  client: KubernetesClient,
  path: string,
  last: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    return await client.get(path);
  } catch (error) {
    if (isUnreachable(error)) return last;
    throw error;
  }
}
