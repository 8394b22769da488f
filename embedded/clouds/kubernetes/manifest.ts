/** From the inputs of a resource to the object that is sent to the API, and from the API's object to outputs. */
import { isKubernetesObject, type KubernetesObject } from "../../kubernetes/objects.ts";
import {
  type Input,
  type Inputs,
  isList,
  isMap,
  type Json,
  jsonOf,
  type Outputs,
  secret,
} from "../property-value.ts";

/** The object that inputs without unknown values ask for. Check has been through them. */
export function manifestOf(inputs: Inputs): KubernetesObject {
  const manifest = manifestFields(inputs);
  if (isKubernetesObject(manifest)) return manifest;
  throw new Error("these inputs have not been checked: they have no apiVersion, kind or name");
}

/** The same as plain JSON. */
export function manifestFields(inputs: Inputs): { readonly [field: string]: Json } {
  const normal = isSecretKind(inputs) ? withData(inputs) : inputs;
  return Object.fromEntries(Object.entries(normal).map(([key, value]) => [key, plain(value)]));
}

function plain(value: Input): Json {
  if (isList(value)) return value.map(plain);
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
  }
  if (typeof value !== "object" || value === null) return value;
  throw new Error("these inputs have not been checked: they hold an unknown value or an asset");
}

/** Whether these are the inputs of a Secret, whose values are secret whether or not the program says so. */
function isSecretKind(inputs: Inputs): boolean {
  return inputs["apiVersion"] === "v1" && inputs["kind"] === "Secret";
}

/**
 * A Secret with all values in `data`. The API keeps no `stringData`; it remembers that a manager set it, and so would not
 * remove a value that the program no longer has (seen with 1.36.2).
 */
function withData(inputs: Inputs): Inputs {
  const { stringData, data, ...rest } = inputs;
  if (stringData === undefined || !isMap(stringData)) return inputs;
  const encoded = Object.entries(stringData).map(([key, value]) => {
    const coded = typeof value === "string" ? Buffer.from(value).toString("base64") : value;
    return [key, coded] as const;
  });
  return {
    ...rest,
    data: { ...(data !== undefined && isMap(data) ? data : {}), ...Object.fromEntries(encoded) },
  };
}

/** The way back: values that `inputs` gave as `stringData` leave `live` in the same form. */
export function withStringData(inputs: Inputs, live: Inputs): Inputs {
  const { stringData } = inputs;
  const { data, ...rest } = live;
  if (stringData === undefined || !isMap(stringData)) return live;
  const values = Object.entries(data !== undefined && isMap(data) ? data : {});
  const texts = values
    .filter(([key]) => Object.hasOwn(stringData, key))
    .map(([key, value]) => [key, typeof value === "string" ? decoded(value) : value] as const);
  const others = values.filter(([key]) => !Object.hasOwn(stringData, key));
  return {
    ...rest,
    ...(others.length > 0 || "data" in inputs ? { data: Object.fromEntries(others) } : {}),
    stringData: Object.fromEntries(texts),
  };
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** A Secret's values, marked; anything else as it is. */
export function markSecrets(properties: Inputs): Outputs {
  if (!isSecretKind(properties)) return properties;
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      (key === "data" || key === "stringData") && value !== null ? secret(value) : value,
    ]),
  );
}

/** An object of the API as outputs. Who manages which field is long, and of no use to a program. */
export function outputsOf(live: KubernetesObject): Outputs {
  const { managedFields: _, ...metadata } = live.metadata;
  const json = jsonOf({ ...live, metadata });
  return isMap(json) ? markSecrets(json) : {};
}

/** Parts of `metadata` that the API server writes. */
export const serverMetadata: readonly string[] = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** The inputs that would make an object of which the stack has none yet: all but what the API server and controllers write. */
export function importedInputs(live: KubernetesObject): Outputs {
  const { status: _, metadata, ...rest } = live;
  const own = Object.entries(metadata).filter(([key]) => !serverMetadata.includes(key));
  const json = jsonOf({ ...rest, metadata: Object.fromEntries(own) });
  return isMap(json) ? markSecrets(json) : {};
}
