/**
 * What cannot be judged. At preview the SDK hands rules a proxy that throws when a value is touched that the engine does
 * not know yet; such a value is neither a pass nor a violation, and must not hide what stands beside it.
 */
import { listAt } from "./read.ts";

/** Thrown by a rule that lacks a fact, for example an image's digest. The message says which. */
export class Unjudged extends Error {
  override readonly name = "Unjudged";
}

/** The SDK's UnknownValueError, known by its form: its type is not exported, and rules load no SDK. */
interface UnknownValue extends Error {
  readonly props: readonly unknown[];
}

/** An error that leaves a verdict open. */
export type Open = Unjudged | UnknownValue;

export function isOpen(value: unknown): value is Open {
  return value instanceof Unjudged || isUnknownValue(value);
}

function isUnknownValue(value: unknown): value is UnknownValue {
  return (
    value instanceof Error &&
    "unknownTypeSentinel" in value &&
    "props" in value &&
    Array.isArray(value.props)
  );
}

/** Why the verdict is open, for example `spec.template.spec.containers[0].image is not known before the update`. */
export function openReason(open: Open): string {
  if (open instanceof Unjudged) return open.message;
  const path = open.props
    .map(String)
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : `${path}.${key}`), "");
  return `${path.slice(1)} is not known before the update`;
}

/** What `compute` returns, or the error that left it open. */
export function attempt<T>(compute: () => T): T | Open {
  try {
    return compute();
  } catch (error) {
    if (isOpen(error)) return error;
    throw error;
  }
}

/** The elements of the list at `path`, one by one; one that is not known comes as the error that says so. */
export function* each(value: unknown, path: string): Generator<unknown> {
  const list = attempt(() => listAt(value, path));
  if (isOpen(list)) yield list;
  else for (const index of list.keys()) yield attempt(() => list[index]);
}

/**
 * The elements that `test` is known to hold for. Those that cannot be judged leave the answer open only when it would be
 * empty.
 * @throws Open then
 */
export function which<T>(
  elements: Iterable<T | Open>,
  test: (element: T) => boolean,
): readonly T[] {
  const { found, open } = sift(elements, test);
  if (open && found.length === 0) throw open;
  return found;
}

/** Whether `test` is known to hold for any element. @throws Open when only those that cannot be judged could tell */
export function some<T>(elements: Iterable<T | Open>, test: (element: T) => boolean): boolean {
  return which(elements, test).length > 0;
}

/** The elements that `test` holds for, all of them. @throws Open when one cannot be judged */
export function exactly<T>(
  elements: Iterable<T | Open>,
  test: (element: T) => boolean,
): readonly T[] {
  const { found, open } = sift(elements, test);
  if (open) throw open;
  return found;
}

function sift<T>(
  elements: Iterable<T | Open>,
  test: (element: T) => boolean,
): { readonly found: readonly T[]; readonly open: Open | undefined } {
  const found: T[] = [];
  let open: Open | undefined;
  for (const element of elements) {
    const holds = isOpen(element) ? element : attempt(() => test(element));
    if (isOpen(holds)) open ??= holds;
    else if (holds && !isOpen(element)) found.push(element);
  }
  return { found, open };
}
