/** What can be said of an object before the API is asked. */
import { type Input, type Inputs, isList, isMap, isUnknown } from "../property-value.ts";
import type { CheckFailure } from "../resource-provider.ts";
import type { Kind } from "./identity.ts";
import { serverMetadata } from "./manifest.ts";

/** What the check leaves of the inputs, and what is wrong with them. */
export interface Checked {
  readonly inputs: Inputs;
  readonly failures: readonly CheckFailure[];
}

/**
 * Checks the inputs of an object.
 * @param namespaced whether objects of this kind live in a namespace; `undefined` when the API could not say
 */
export function checkObject(
  { apiVersion, kind }: Kind,
  given: Inputs,
  namespaced: boolean | undefined,
): Checked {
  const { status: _, ...own } = withoutNulls(given); // Controllers write it, and manifests from elsewhere bring it along.
  const inputs: Inputs = { apiVersion, kind, ...own };
  const metadata = inputs["metadata"] ?? {};
  if (isUnknown(metadata)) return { inputs, failures: [] };
  if (!isMap(metadata)) return { inputs, failures: [fail("metadata", "must be an object")] };
  return {
    inputs,
    failures: [
      ...kindFailures(inputs, { apiVersion, kind }),
      ...nameFailures(metadata),
      ...namespaceFailures(metadata, kind, namespaced),
      ...serverMetadata
        .filter((key) => key in metadata)
        .map((key) => fail(`metadata.${key}`, "is written by the API server; leave it out")),
      ...strangeValues("", inputs),
    ],
  };
}

function fail(property: string, what: string): CheckFailure {
  return { property, reason: `${property} ${what}` };
}

/** To the API an absent field and a null one are the same. */
function withoutNulls(inputs: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) =>
      value === null ? [] : [[key, withoutNullsIn(value)]],
    ),
  );
}

function withoutNullsIn(value: Input): Input {
  if (isList(value)) return value.map(withoutNullsIn);
  return isMap(value) ? withoutNulls(value) : value;
}

function kindFailures(inputs: Inputs, expected: Kind): readonly CheckFailure[] {
  return (["apiVersion", "kind"] as const)
    .filter((key) => inputs[key] !== expected[key])
    .map((key) =>
      fail(
        key,
        `is ${JSON.stringify(inputs[key])}, but the resource's type says "${expected[key]}"`,
      ),
    );
}

function nameFailures(metadata: Inputs): readonly CheckFailure[] {
  const name = metadata["name"];
  if (name === undefined || name === "") {
    return [fail("metadata.name", "is missing: every object is named explicitly, never by chance")];
  }
  return isName(name) ? [] : [fail("metadata.name", "must be a text")];
}

function namespaceFailures(
  metadata: Inputs,
  kind: string,
  namespaced: boolean | undefined,
): readonly CheckFailure[] {
  const namespace = metadata["namespace"];
  if (namespaced === true && (namespace === undefined || namespace === "")) {
    return [
      fail("metadata.namespace", `is missing: a ${kind} lives in a namespace, named explicitly`),
    ];
  }
  if (namespaced === false && namespace !== undefined) {
    return [
      fail("metadata.namespace", `is given, but a ${kind} lives in no namespace; leave it out`),
    ];
  }
  if (namespace === undefined || isName(namespace)) return [];
  return [fail("metadata.namespace", "must be a text")];
}

function isName(value: Input): boolean {
  return isUnknown(value) || typeof value === "string";
}

function strangeValues(path: string, value: Input): readonly CheckFailure[] {
  if (isUnknown(value) || typeof value !== "object" || value === null) return [];
  if (isList(value)) return value.flatMap((item, at) => strangeValues(`${path}[${at}]`, item));
  if (isMap(value)) {
    return Object.entries(value).flatMap(([key, entry]) =>
      strangeValues(path === "" ? key : `${path}.${key}`, entry),
    );
  }
  return [fail(path, "is an asset or a resource; a Kubernetes object holds plain values")];
}
