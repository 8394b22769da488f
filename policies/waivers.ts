/** Waivers: accepted findings, each for one rule and one resource until a day. */
import { namesOf } from "./address.ts";
import type { Resource } from "./define-rule.ts";

export interface Waiver {
  /** Id of the rule. */
  readonly rule: string;
  /**
   * `<namespace>/<name>` of the object (the bare name where it has no namespace), or its name in the Pulumi program. `*`
   * stands for any characters but `/`, so `vision/*` is one namespace and nothing waives all of them.
   */
  readonly resource: string;
  /** Last day it holds, UTC: YYYY-MM-DD. */
  readonly until: string;
  readonly owner: string;
  readonly why: string;
}

/** Today in UTC, as waivers write it. */
export function utcToday(): string {
  return new Date().toISOString().slice(0, 10);
}

export function hasExpired({ until }: Waiver, today: string): boolean {
  return until < today;
}

/** Whether `text` is a day of the calendar: 2026-02-30 is none. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${text}T`);
}

/** Whether a waiver's `resource` names anything by itself: `*` and `*` + `/*` do not. */
export function isSpecific(pattern: string): boolean {
  return /[^*/\s]/.test(pattern);
}

export function covers({ resource: pattern }: Waiver, resource: Resource): boolean {
  return namesOf(resource).some((name) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]*")}$`).test(name);
}
