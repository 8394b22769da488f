/** Every object of every rule's cases, for properties that hold over all of them. */
import type { Environment, Resource, Rule } from "../../policies/define-rule.ts";
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
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    child === undefined ? [] : [[key], ...pathsIn(child).map((path) => [key, ...path])],
  );
}

/** `value` with what stands at `path` replaced; `undefined` takes it out. */
export function replaced(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaced(item, rest, put) : item));
  const child = Object.entries(value ?? {}).find(([name]) => name === key)?.[1];
  return { ...(value ?? {}), [key]: replaced(child, rest, put) };
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
