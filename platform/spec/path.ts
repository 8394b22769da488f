/** Where a value stands in a file: the keys and list places that lead to it. */
import { secretForm } from "../facts/secrets.ts";

export type Path = readonly (string | number)[];

/** A path as a message shows it: never a secret, even where one was written as a key. */
export function pathText(path: Path): string {
  return path
    .map((step) => (secretForm(String(step)) ? "(hidden)" : short(String(step))))
    .join(".");
}

/** What a message shows of a text that a person may have written at any length. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The value at `path` below `value`; `undefined` where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}
