/**
 * Secrets on their way through a provider. The host takes the marks off before a provider sees the values, puts them back
 * on what it answers, and blots the values out of every text it says. So no provider can lose a mark, and none has to
 * know one: the marks themselves could be left to the engine, but then nobody here could keep an API that quotes a value
 * in its refusal from printing it.
 */
import {
  type Input,
  type Inputs,
  isList,
  isMap,
  isSecret,
  type Output,
  type Outputs,
  secret,
} from "./property-value.ts";

/** The properties with every secret in clear. */
export function reveal(properties: Outputs): Inputs {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, revealed(value)]),
  );
}

function revealed(value: Output): Input {
  if (isSecret(value)) return revealed(value.value);
  if (isList(value)) return value.map(revealed);
  return isMap(value) ? reveal(value) : value;
}

/**
 * `properties`, with everything secret that is secret at the same place in `marked`. A list with a secret anywhere in it
 * is secret as a whole, because an API may reorder it. These are the engine's own rules for providers that keep no marks
 * (`annotateSecrets` in pkg/resource/plugin/provider_plugin.go, v3.259.0).
 */
export function remark(properties: Outputs, marked: Outputs): Outputs {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, remarked(value, marked[key])]),
  );
}

function remarked(value: Output, marked: Output | undefined): Output {
  if (marked === undefined || isSecret(value)) return value;
  if (isMap(value) && isMap(marked)) return remark(value, marked);
  return holdsSecret(marked) ? secret(value) : value;
}

function holdsSecret(value: Output): boolean {
  if (isSecret(value)) return true;
  if (isList(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}

/** Blots secrets out of a text. */
export type Redact = (text: string) => string;

/** What stands where a secret stood; the same word that the engine prints. */
const blot = "[secret]";

/** Below this length a secret is blotted out only where it stands in quotes: `1` occurs in every text. */
const shortest = 4;

/** Blots out every secret of `properties`, also where it occurs in base64, the form in which Kubernetes keeps it. */
export function redactorOf(...properties: readonly Outputs[]): Redact {
  const words = new Set(properties.flatMap((map) => Object.values(map).flatMap(secretWords)));
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return (text) =>
    longestFirst.reduce(
      (left, word) =>
        word.length < shortest
          ? left.replaceAll(`"${word}"`, `"${blot}"`)
          : left.replaceAll(word, blot),
      text,
    );
}

function secretWords(value: Output): readonly string[] {
  if (isSecret(value)) return wordsIn(value.value);
  if (isList(value)) return value.flatMap(secretWords);
  return isMap(value) ? Object.values(value).flatMap(secretWords) : [];
}

function wordsIn(value: Output): readonly string[] {
  if (isSecret(value)) return wordsIn(value.value);
  if (isList(value)) return value.flatMap(wordsIn);
  if (isMap(value)) return Object.values(value).flatMap(wordsIn);
  if (typeof value !== "string" && typeof value !== "number") return [];
  const word = String(value);
  return word === "" ? [] : [word, Buffer.from(word).toString("base64")];
}
