/**
 * What a killed engine leaves in its state: operations that it had begun and not recorded as done. The engine would run
 * a pending create a second time, or forget what was created. Here the state is mended, as plain data.
 * @see https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/core.go (checked 2026-11)
 */
import { isRecord, read } from "../kubernetes/objects.ts";

/** A resource of a checkpoint; what is not named here is kept as it is. */
export interface CheckpointResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** To be deleted by the next update, because another one has taken its place. */
  readonly delete?: boolean;
  /** Deleted, and not yet created anew. */
  readonly pendingReplacement?: boolean;
}

interface PendingOperation {
  readonly resource: CheckpointResource;
  /** `creating`, `updating`, `deleting`, `reading` or `importing`. */
  readonly type: string;
}

/** The file of one stack in a file backend, version 3. */
export interface Checkpoint {
  readonly version: number;
  readonly checkpoint: {
    readonly latest?: {
      readonly resources?: readonly CheckpointResource[];
      readonly pending_operations?: readonly PendingOperation[];
    };
  };
}

/** The id that a provider gives to a resource with these inputs, where that can be told beforehand. */
export type IdOf = (type: string, inputs: Readonly<Record<string, unknown>>) => string | undefined;

/** A checkpoint without pending operations, and what that leaves to find out. */
export interface Mended {
  readonly checkpoint: Checkpoint;
  /** URNs whose state may differ from what is there: to be refreshed. */
  readonly doubtful: readonly string[];
  /** URNs of creates that cannot be told to have happened or not, because nothing gives their id. */
  readonly lost: readonly string[];
}

/** Whether `value` is what such a file holds, as far as this project looks into it. */
export function isCheckpoint(value: unknown): value is Checkpoint {
  return isRecord(read(value, "checkpoint"));
}

/** Whether a killed run left anything to mend. */
export function hasPendingOperations({ checkpoint }: Checkpoint): boolean {
  return (checkpoint.latest?.pending_operations ?? []).length > 0;
}

/**
 * Clears all pending operations. A pending create is taken into the state under the id that it must have, as if it had
 * been done: a refresh then drops it when it was not. What was being updated or deleted is in the state already.
 */
export function mendCheckpoint(file: Checkpoint, idOf: IdOf): Mended {
  const latest = file.checkpoint.latest;
  if (latest === undefined) return { checkpoint: file, doubtful: [], lost: [] };
  let resources = latest.resources ?? [];
  const doubtful: string[] = [];
  const lost: string[] = [];
  for (const { resource, type } of latest.pending_operations ?? []) {
    if (!isReal(resource)) continue;
    if (type === "creating") {
      const id = idOf(resource.type, resource.inputs ?? {});
      if (id === undefined) lost.push(resource.urn);
      else {
        resources = adopted(resources, { ...resource, id });
        doubtful.push(resource.urn);
      }
    } else if (type === "updating" || type === "deleting") doubtful.push(resource.urn);
  }
  const { pending_operations: _done, ...rest } = latest;
  return {
    checkpoint: { ...file, checkpoint: { ...file.checkpoint, latest: { ...rest, resources } } },
    doubtful: [...new Set(doubtful)],
    lost,
  };
}

/** Whether a provider keeps something outside for it: components and providers themselves are the engine's own. */
function isReal({ custom, type }: CheckpointResource): boolean {
  return custom && !type.startsWith("pulumi:providers:") && !type.startsWith("pulumi:pulumi:");
}

function adopted(
  resources: readonly CheckpointResource[],
  created: CheckpointResource,
): readonly CheckpointResource[] {
  const old = resources.find(({ urn, delete: gone }) => urn === created.urn && gone !== true);
  if (old === undefined) return [...resources, created];
  const { pendingReplacement: _deleted, ...kept } = old;
  const replaced = (by: CheckpointResource): readonly CheckpointResource[] =>
    resources.map((resource) => (resource === old ? by : resource));
  // Under one id there is one object, whichever of the two made it; under two ids the old one must still go.
  return old.id === created.id ? replaced(kept) : [...replaced({ ...kept, delete: true }), created];
}
