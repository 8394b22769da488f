/** What a caller may say of a request to the Kubernetes API. */
import type { KubeconfigOptions } from "./kubeconfig.ts";

/** What any request may say. */
export interface CallOptions {
  /** How long to wait for the whole answer. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which objects of a list. */
export interface ListOptions extends CallOptions {
  /** For example `app=triton,tier!=test`. */
  readonly labelSelector?: string | undefined;
  /** For example `spec.nodeName=gpu-0`. */
  readonly fieldSelector?: string | undefined;
}

/** How a change is made. */
export interface WriteOptions extends CallOptions {
  /** Who owns the fields, for example `inference-platform`. */
  readonly fieldManager: string;
  /** The API server checks everything and changes nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** For example `status` or `scale`. @default - the object itself */
  readonly subresource?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers instead of failing with the reason `Conflict`. @default false */
  readonly force?: boolean | undefined;
}

export interface PatchOptions extends WriteOptions {
  /**
   * How the API server reads the body: `merge` (RFC 7386), `json` (a list of RFC 6902 steps), or `strategic`, which merges
   * lists by key and is for built-in kinds only. @default "merge"
   */
  readonly type?: keyof typeof patchTypes | undefined;
}

export interface RemoveOptions extends CallOptions {
  /** What happens to objects that this one owns. @default "Background" */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Remove only this very object, not one that took its name. A mismatch fails with the reason `Conflict`. */
  readonly uid?: string | undefined;
  /** Zero removes a pod at once, without its node's consent. @default - the object's own */
  readonly gracePeriodSeconds?: number | undefined;
  /** @default false */
  readonly dryRun?: boolean | undefined;
}

export interface LogOptions extends CallOptions {
  /** @default - the pod's only container */
  readonly container?: string | undefined;
  /** Only the last lines. @default - all */
  readonly tailLines?: number | undefined;
  /** Of the container's run before this one. @default false */
  readonly previous?: boolean | undefined;
}

export interface ClientOptions extends KubeconfigOptions {
  /** Hears what the API server warns of, for example a pod that breaks the namespace's security level. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** Media type of each form of patch. */
export const patchTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
} as const;
