/** What differs between two trees of properties, and which of it can only be changed by making the resource anew. */
import { type Input, type Inputs, isList, isMap, isUnknown } from "./property-value.ts";

/** Where a property stands: names in objects, positions in lists. */
export type Path = readonly (string | number)[];

/** One property that differs. */
export interface Change {
  readonly path: Path;
  readonly kind: "add" | "update" | "delete";
  /** Only a new resource can have it so. */
  readonly replaces: boolean;
}

/** All that differs. */
export interface Diff {
  /** Empty when nothing differs. */
  readonly changes: readonly Change[];
  /** The old resource has to go first, because both would have the same name. */
  readonly deleteBeforeReplace: boolean;
}

/** What the kind of a resource says about its properties. */
export interface DiffRules {
  /** Whether a change at this path replaces the resource. @default - none does */
  readonly replaces?: (path: Path) => boolean;
  /** Whether two values that are not the same mean the same, for example the quantities `1` and `1000m`. @default - never */
  readonly equal?: (path: Path, old: Input, next: Input) => boolean;
}

/** The properties that differ, in the order of `olds`, then of what is new. An unknown value differs from any other. */
export function changesBetween(
  olds: Inputs,
  news: Inputs,
  rules: DiffRules = {},
): readonly Change[] {
  const { replaces = () => false } = rules;
  return [...mapChanges([], olds, news, rules)].map((change) => ({
    ...change,
    replaces: replaces(change.path),
  }));
}

type Found = Omit<Change, "replaces">;

function* mapChanges(path: Path, olds: Inputs, news: Inputs, rules: DiffRules): Generator<Found> {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    yield* changes([...path, key], entry(olds, key), entry(news, key), rules);
  }
}

/** An own property only: `constructor` is a fine name for a label. */
function entry(map: Inputs, key: string): Input | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function* changes(
  path: Path,
  old: Input | undefined,
  next: Input | undefined,
  rules: DiffRules,
): Generator<Found> {
  if (old === undefined && next === undefined) return;
  if (old === undefined) yield { path, kind: "add" };
  else if (next === undefined) yield { path, kind: "delete" };
  else if (isMap(old) && isMap(next)) yield* mapChanges(path, old, next, rules);
  else if (isList(old) && isList(next)) yield* listChanges(path, old, next, rules);
  else if (!isSame(old, next) && !rules.equal?.(path, old, next)) yield { path, kind: "update" };
}

function* listChanges(
  path: Path,
  olds: readonly Input[],
  news: readonly Input[],
  rules: DiffRules,
): Generator<Found> {
  for (let at = 0; at < Math.max(olds.length, news.length); at++) {
    yield* changes([...path, at], olds[at], news[at], rules);
  }
}

function isSame(old: Input, next: Input): boolean {
  if (old === next) return !isUnknown(next);
  if (typeof old !== "object" || typeof next !== "object" || old === null || next === null) {
    return false;
  }
  return "wire" in old && "wire" in next && JSON.stringify(old.wire) === JSON.stringify(next.wire);
}

/** A path as the engine writes it, for example `spec.containers[0].env` or `metadata.labels["a.b/c"]`. */
export function pathText(path: Path): string {
  return path
    .map((part, at) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^\w+$/.test(part)) return `["${part.replaceAll('"', '\\"')}"]`;
      return at === 0 ? part : `.${part}`;
    })
    .join("");
}
