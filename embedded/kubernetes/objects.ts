/** Kubernetes objects as plain data, and readers for the parts whose type the API alone knows. */

/** What every object of the Kubernetes API has; the rest is `unknown` until a reader looks at it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

/** The part of `metadata` that the project reads or writes. */
export interface Metadata {
  readonly name: string;
  /** @default - none: the kind is cluster-wide, or the API's `default` */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Given by the API server; a deleted object's successor has another one. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set while an object is being deleted. */
  readonly deletionTimestamp?: string;
  readonly [field: string]: unknown;
}

/** Names one object, or without `name` all objects of a kind. */
export interface ObjectReference {
  /** For example `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The reference to an object. */
export function referenceTo(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** Whether `value` is a JSON object: neither an array nor null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an answer of the API is an object with a name. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isRecord(value) &&
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    isRecord(value["metadata"]) &&
    typeof value["metadata"]["name"] === "string"
  );
}

/** The value below `value` at `path`, or `undefined` where the path ends early. A number indexes a list. */
export function read(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof key === "number") return Array.isArray(at) ? at[key] : undefined;
    return isRecord(at) ? at[key] : undefined;
  }, value);
}

/** The string at `path`, or `undefined` when there is none. */
export function readString(
  value: unknown,
  ...path: readonly (string | number)[]
): string | undefined {
  const found = read(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The number at `path`, or `undefined` when there is none. */
export function readNumber(
  value: unknown,
  ...path: readonly (string | number)[]
): number | undefined {
  const found = read(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The list at `path`; empty when there is none. */
export function readList(
  value: unknown,
  ...path: readonly (string | number)[]
): readonly unknown[] {
  const found = read(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The entries at `path` that hold strings, for example labels; empty when there are none. */
export function readStrings(
  value: unknown,
  ...path: readonly (string | number)[]
): Readonly<Record<string, string>> {
  const found = read(value, ...path);
  if (!isRecord(found)) return {};
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, entry]) =>
      typeof entry === "string" ? [[key, entry]] : [],
    ),
  );
}

/** The condition `type` in the object's status: its status, reason and message, or `undefined`. */
export function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  const found = readList(object, "status", "conditions").find(
    (entry) => read(entry, "type") === type,
  );
  if (found === undefined) return undefined;
  return {
    status: readString(found, "status") ?? "Unknown",
    reason: readString(found, "reason") ?? "",
    message: readString(found, "message") ?? "",
  };
}

/** One entry of `status.conditions`. */
export interface Condition {
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
