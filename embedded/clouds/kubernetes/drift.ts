/**
 * What somebody else has changed in an object. The API server says it itself: asked what the object would be if the stack
 * were applied now (a dry run), it answers in its own form, with its defaults and its spelling of quantities. Where that
 * answer and the live object agree nothing drifted, however the stack spells it. The answer also says which fields are the
 * stack's, and by which keys the items of its lists are told apart.
 */
import { isDeepStrictEqual } from "node:util";
import { isRecord, type KubernetesObject, read, readList } from "../../kubernetes/objects.ts";
import { type Inputs, isList, isMap, type Json, jsonOf } from "../property-value.ts";

/**
 * `wanted` as it is now: `wanted` itself when nothing of it drifted, else with the live values where they differ, and
 * without what is gone. What others have added is not looked at.
 * @param wanted what the stack asked for
 * @param repaired what the API would make of it now
 * @param live what there is
 * @param manager whose fields are the stack's; `undefined` when `repaired` does not say
 */
export function liveInputs(
  wanted: { readonly [key: string]: Json },
  repaired: KubernetesObject,
  live: KubernetesObject,
  manager: string | undefined,
): Inputs {
  const fields = manager === undefined ? undefined : fieldsOf(repaired, manager);
  const seen = projected(wanted, repaired, live, fields);
  return seen !== undefined && isMap(seen) ? seen : {};
}

/**
 * The fields that a manager applied (`FieldsV1`): `f:<name>` for a field, `k:<keys>` for a list's item, `v:<value>` for
 * a set's; nothing below an entry means that it is one whole.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management (checked 2026-11)
 */
type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(object: KubernetesObject, manager: string): Fields | undefined {
  const entry = readList(object, "metadata", "managedFields").find(
    (candidate) =>
      read(candidate, "manager") === manager &&
      read(candidate, "operation") === "Apply" &&
      read(candidate, "subresource") === undefined,
  );
  const fields = read(entry, "fieldsV1");
  return isRecord(fields) ? fields : undefined;
}

/** `fields` are those at and below this value; `undefined` for one that the API does not keep account of, such as a name. */
function projected(
  wanted: Json,
  repaired: unknown,
  live: unknown,
  fields: Fields | undefined,
): Json | undefined {
  if (isDeepStrictEqual(repaired, live)) return wanted;
  if (live === undefined) return undefined;
  if (isMap(wanted) && isRecord(live)) return projectedMap(wanted, repaired, live, fields);
  if (isList(wanted) && Array.isArray(live)) return projectedList(wanted, repaired, live, fields);
  return jsonOf(live);
}

function projectedMap(
  wanted: { readonly [key: string]: Json },
  repaired: unknown,
  live: Readonly<Record<string, unknown>>,
  fields: Fields | undefined,
): Json {
  const own = Object.entries(wanted).map(([key, value]) => {
    const seen = projected(value, at(repaired, key), at(live, key), childOf(fields, `f:${key}`));
    return [key, seen] as const;
  });
  // A map that is owned as one whole is the stack's with all that is in it.
  const strange =
    fields !== undefined && isWhole(fields)
      ? Object.keys(live).filter(
          (key) => !Object.hasOwn(wanted, key) && !isDeepStrictEqual(at(repaired, key), live[key]),
        )
      : [];
  if (strange.length === 0 && own.every(([key, value]) => value === wanted[key])) return wanted;
  return Object.fromEntries([
    ...own.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
    ...strange.map((key) => [key, jsonOf(live[key])] as const),
  ]);
}

function projectedList(
  wanted: readonly Json[],
  repaired: unknown,
  live: readonly unknown[],
  fields: Fields | undefined,
): Json {
  const there = Array.isArray(repaired) ? repaired : [];
  const names = Object.keys(fields ?? {});
  const seen = names.some((name) => name.startsWith("k:"))
    ? keyedItems(wanted, there, live, fields ?? {})
    : names.some((name) => name.startsWith("v:"))
      ? wanted.filter((value) => live.some((other) => isDeepStrictEqual(value, other)))
      : wholeItems(wanted, there, live, fields);
  const unchanged = seen.length === wanted.length && seen.every((item, at) => item === wanted[at]);
  return unchanged ? wanted : seen;
}

/** A list that is owned as one whole: position by position, with all that is in it. */
function wholeItems(
  wanted: readonly Json[],
  repaired: readonly unknown[],
  live: readonly unknown[],
  fields: Fields | undefined,
): readonly Json[] {
  return live.map((item, position) => {
    const own = wanted[position];
    if (own === undefined) return jsonOf(item);
    return projected(own, repaired[position], item, fields) ?? null;
  });
}

/** A list whose items are told apart by keys: only the stack's items, in the stack's order. */
function keyedItems(
  wanted: readonly Json[],
  repaired: readonly unknown[],
  live: readonly unknown[],
  fields: Fields,
): readonly Json[] {
  const keys = keysOf(wanted, fields);
  return wanted.flatMap((item, position) => {
    const key = keys[position];
    if (key === undefined) return [item];
    const { name, values } = key;
    const seen = projected(
      item,
      repaired.find((other) => hasKey(other, values)),
      live.find((other) => hasKey(other, values)),
      childOf(fields, name),
    );
    return seen === undefined ? [] : [seen];
  });
}

interface Key {
  /** As in the fields: `k:{"containerPort":80,"protocol":"TCP"}`. */
  readonly name: string;
  readonly values: Fields;
}

/** The key of each item. An item may leave out a part that has a default; it then gets a key that no other item has in full. */
function keysOf(items: readonly Json[], fields: Fields): readonly (Key | undefined)[] {
  const keys = Object.keys(fields)
    .filter((name) => name.startsWith("k:"))
    .map((name): Key => ({ name, values: valuesIn(name) }));
  const taken = new Set(keys.filter(({ values }) => items.some((item) => hasKey(item, values))));
  return items.map((item) => {
    const full = keys.find(({ values }) => hasKey(item, values));
    if (full !== undefined) return full;
    const fitting = keys.find((key) => !taken.has(key) && fitsKey(item, key.values));
    if (fitting !== undefined) taken.add(fitting);
    return fitting;
  });
}

function valuesIn(key: string): Fields {
  const values: unknown = JSON.parse(key.slice(2));
  return isRecord(values) ? values : {};
}

function hasKey(item: unknown, key: Fields): boolean {
  return Object.entries(key).every(([name, value]) => isDeepStrictEqual(read(item, name), value));
}

function fitsKey(item: unknown, key: Fields): boolean {
  return Object.entries(key).every(([name, value]) => {
    const own = read(item, name);
    return own === undefined || isDeepStrictEqual(own, value);
  });
}

function childOf(fields: Fields | undefined, name: string): Fields | undefined {
  if (fields === undefined || isWhole(fields)) return fields;
  const child = fields[name];
  return isRecord(child) ? child : undefined;
}

/** An own entry only: `constructor` is a fine name for a label. */
function at(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `.` stands for the entry itself. */
function isWhole(fields: Fields): boolean {
  return Object.keys(fields).every((name) => name === ".");
}
