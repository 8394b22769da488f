/** Every object of every rule's cases, for properties that hold over all of them. */

import type { Environment } from "../../platform/spec/environments.ts";
import type { Resource, Rule } from "../../policies/define-rule.ts";
import { judge, type Report } from "../../policies/judge.ts";
import { rules } from "../../policies/rules/index.ts";
import { readSettings } from "../../policies/settings.ts";

export interface Example {
  readonly title: string;
  readonly environment: Environment;
  /** A stack of one object for a rule about resources. */
  readonly stack: readonly Resource[];
}

export const examples: readonly Example[] = rules.flatMap(({ id, checks }) =>
  checks.flatMap((check) =>
    check.cases.map(({ name, given, environment = "prod" }) => ({
      title: `${id}: ${name}`,
      environment,
      stack: [given].flat(),
    })),
  ),
);

/** What a rule says of each object of a stack. */
export function reportsOn(
  rule: Rule,
  { stack, environment }: Pick<Example, "stack" | "environment">,
): readonly (readonly Report[])[] {
  const settings = readSettings({ environment });
  return stack.map((resource) => judge(rule, resource, settings, "2026-11-20", stack));
}

/** A place in a value: the keys that lead there. */
export type Path = readonly string[];

/** Every place below `value`, objects and lists as well as leaves. */
export function pathsIn(value: unknown): readonly Path[] {
  return entriesOf(value).flatMap(([key, child]) =>
    child === undefined ? [] : [[key], ...pathsIn(child).map((path) => [key, ...path])],
  );
}

/** What stands at `path`. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((here, key) => new Map(entriesOf(here)).get(key), value);
}

/** `value` with what stands at `path` replaced; `undefined` takes it out. */
function replaced(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put;
  const entries = new Map(entriesOf(value));
  entries.set(key, replaced(entries.get(key), rest, put));
  return Array.isArray(value) ? [...entries.values()] : Object.fromEntries(entries);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** The stack with one place of one object replaced. */
export function withReplaced(
  stack: readonly Resource[],
  index: number,
  path: Path,
  put: unknown,
): readonly Resource[] {
  return stack.map((resource, at) =>
    at === index ? { ...resource, props: replaced(resource.props, path, put) } : resource,
  );
}
