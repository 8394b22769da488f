/** How far an object has come. */
import type { KubernetesClient } from "../../../kubernetes/client.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";

export type Verdict =
  | { readonly state: "ready" }
  /** Nothing is wrong yet. `why` says what is missing: `2 of 4 replicas available`. */
  | { readonly state: "waiting"; readonly why: string }
  /** It will not become ready by itself. */
  | { readonly state: "failed"; readonly why: string };

/** How one kind becomes ready. */
export interface Readiness {
  judge(live: KubernetesObject, client: KubernetesClient): Verdict | Promise<Verdict>;
  /** How long to wait when the user does not say. */
  readonly seconds: number;
}

export const ready: Verdict = { state: "ready" };

/** Not yet. */
export function waiting(why: string): Verdict {
  return { state: "waiting", why };
}

/** Never. */
export function failed(why: string): Verdict {
  return { state: "failed", why };
}
