/** Ids of resources of the embedded providers, known before they are made: a killed run's creates are found by them. */
import { readString } from "../kubernetes/objects.ts";

/** The id that a resource of `type` with `inputs` has or will have; `undefined` for other providers' resources. */
export function embeddedId(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
): string | undefined {
  const [provider] = type.split(":");
  if (provider === "local") return readString(inputs, "name");
  if (provider !== "kubernetes") return undefined;
  const name = readString(inputs, "metadata", "name");
  const namespace = readString(inputs, "metadata", "namespace");
  return namespace === undefined ? name : `${namespace}/${name}`;
}
