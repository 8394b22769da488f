/**
 * Property values as the engine and a provider exchange them: plain JSON, and markers where JSON has no word for it.
 * Here they are read from, and written to, the JavaScript form of the wire's `Struct`.
 * @see https://pulumi-developer-docs.readthedocs.io/latest/developer-docs/providers/implementers-guide.html (checked 2026-11)
 */

/** A tree of JSON whose leaves may also be of type `Marker`. */
export type Tree<Marker> =
  | null
  | boolean
  | number
  | string
  | Marker
  | readonly Tree<Marker>[]
  | { readonly [key: string]: Tree<Marker> };

/** JSON and nothing else. */
export type Json = Tree<never>;

/** What a provider is given: secrets are in clear, the host alone knows which values they are. */
export type Input = Tree<Unknown | Asset | ResourceReference>;

/** What a provider gives back: it may call more values secret than its caller did. */
export type Output = Tree<Unknown | Asset | ResourceReference | Secret>;

/** The properties of a resource, as given to a provider. */
export type Inputs = Readonly<Record<string, Input>>;

/** The properties of a resource, as given back by a provider. */
export type Outputs = Readonly<Record<string, Output>>;

const marker = Symbol("marker");

/** A value that only the real run will know; occurs in previews. */
export interface Unknown {
  readonly [marker]: "unknown";
}

/** A value that is kept encrypted and never shown. */
export interface Secret {
  readonly [marker]: "secret";
  readonly value: Output;
}

/** A file or an archive, passed through as it came. */
export interface Asset {
  readonly [marker]: "asset";
  readonly wire: Wire;
}

/** Points at another resource of the stack; passed through as it came. */
export interface ResourceReference {
  readonly [marker]: "resource";
  readonly urn: string;
  /** `undefined` for a component; unknown before it is created. */
  readonly id: string | Unknown | undefined;
  readonly wire: Wire;
}

/** What `google.protobuf.Struct` holds, as JavaScript. */
export type Wire = Json;

/** Stands for every unknown value, whatever its type. */
export const unknown: Unknown = { [marker]: "unknown" };

/** Marks a value as secret. */
export function secret(value: Output): Secret {
  return { [marker]: "secret", value };
}

/** Whether a value will only be known in the real run. */
export function isUnknown(value: Output): value is Unknown {
  return markerOf(value) === "unknown";
}

/** Whether a value is marked as secret. */
export function isSecret(value: Output): value is Secret {
  return markerOf(value) === "secret";
}

/** Whether a value is an object of properties, and no marker. */
export function isMap<M>(value: Tree<M>): value is { readonly [key: string]: Tree<M> } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !markerOf(value);
}

/** Whether a value is a list. */
export function isList<M>(value: Tree<M>): value is readonly Tree<M>[] {
  return Array.isArray(value);
}

function markerOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && marker in value
    ? String(value[marker])
    : undefined;
}

/** A value that is text; `undefined` for any other. */
export function textOf(value: Output | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether any part of a value is unknown. */
export function hasUnknown(value: Output): boolean {
  if (isUnknown(value)) return true;
  if (isSecret(value)) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

/** The JSON in `value`, which nobody has looked at yet; what JSON cannot say, such as `undefined`, is left out. */
export function jsonOf(value: unknown): Json {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      entry === undefined ? [] : [[key, jsonOf(entry)]],
    ),
  );
}

/** What stands for an unknown value on the wire, one for each type (sdk/go/common/resource/plugin/rpc.go, v3.259.0). */
const unknownOnWire: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The unknown string, which the engine takes for an unknown of any type. */
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key that tells a special value from an object, and what it says (sdk/go/common/resource/sig, v3.259.0). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  reference: "5cf8f73096256a8f31e491e813e4eb8e",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
} as const;

/** Reads a value from the wire. @throws Error when it carries a signature that this host does not know */
export function fromWire(value: Wire): Output {
  if (typeof value === "string" && unknownOnWire.has(value)) return unknown;
  if (isList(value)) return value.map(fromWire);
  if (!isMap(value)) return value;
  return signatureKey in value ? fromSignature(value) : mapFromWire(value);
}

/** Reads properties from the wire. */
export function mapFromWire(value: Readonly<Record<string, Wire>>): Outputs {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fromWire(entry)]));
}

function fromSignature(value: Readonly<Record<string, Wire>>): Output {
  const signature = value[signatureKey];
  if (signature === signatures.secret) return secret(fromWire(value["value"] ?? null));
  if (signature === signatures.reference) return referenceFromWire(value);
  if (signature === signatures.asset || signature === signatures.archive) {
    return { [marker]: "asset", wire: value };
  }
  throw new Error(`the engine sent a value of an unknown kind: ${JSON.stringify(signature)}`);
}

function referenceFromWire(wire: Readonly<Record<string, Wire>>): ResourceReference {
  const id = wire["id"];
  const known = typeof id === "string" && id !== "" && !unknownOnWire.has(id) ? id : unknown;
  return {
    [marker]: "resource",
    urn: textOf(wire["urn"]) ?? "",
    id: id === undefined ? undefined : known,
    wire,
  };
}

/** Writes a value for the wire. */
export function toWire(value: Output): Wire {
  if (isUnknown(value)) return unknownString;
  if (isSecret(value)) return { [signatureKey]: signatures.secret, value: toWire(value.value) };
  if (isList(value)) return value.map(toWire);
  if (isMap(value)) return mapToWire(value);
  return typeof value === "object" && value !== null ? value.wire : value;
}

/** Writes properties for the wire. */
export function mapToWire(value: Outputs): Readonly<Record<string, Wire>> {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toWire(entry)]));
}
