/**
 * How a rule is written: one object in one file, with its cases beside its checks. Plain data and pure functions; the
 * SDK comes in with `pack.ts` alone, so that the command line and the tests read rules without it.
 */
import type { Environment } from "../platform/spec/environments.ts";
import type { References } from "./references.ts";
import { attempt, isOpen, type Open, openReason } from "./unjudged.ts";

export type Severity = "low" | "medium" | "high" | "critical";

/**
 * What happens on a violation, from weakest to strongest. The engine's `remediate` is left out: it would deploy what the
 * code does not say. Where the catalogue has it, the rule is mandatory.
 */
export const levels = ["disabled", "advisory", "mandatory"] as const;
export type Level = (typeof levels)[number];

/** The level of a rule per environment. Prod is what holds when the pack is told nothing. */
export type Enforcement = Readonly<Record<Environment, Level>>;

/** One resource as the engine shows it: inputs to a check of the resource, outputs to a check of the stack. */
export interface Resource {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Name in the Pulumi program. */
  readonly name: string;
  readonly props: unknown;
}

/** A bound of a rule that a platform spec may set. */
export interface Cap<T extends CapValue = CapValue> {
  readonly name: string;
  /** What it bounds, with its unit. */
  readonly means: string;
  readonly default: T;
}
export type CapValue = number | readonly string[];

/** What a rule may ask about where it runs. */
export interface Situation {
  readonly environment: Environment;
  /** The value that holds for a cap of this rule. */
  readonly valueOf: <T extends CapValue>(cap: Cap<T>) => T;
}

/**
 * Says what is wrong with a subject, or `null`. It names things and never repeats a value, because a pack sees secrets in
 * clear. Where it touches an unknown value, or throws Unjudged, the subject could not be judged.
 */
type Violation<T> = (subject: T, situation: Situation) => string | null;
type StackViolation<T> = (subject: T, stack: readonly Resource[], at: Situation) => string | null;

/** The parts of a resource that a check judges one by one. A part that is not known comes as the error that says so. */
export interface Subjects<T> {
  readonly tokens: readonly string[];
  readonly of: (resource: Resource) => Iterable<T | Open>;
}

interface Named<Given> {
  readonly name: string;
  readonly given: Given;
  /** @default prod */
  readonly environment?: Environment;
}
interface Pass<Given> extends Named<Given> {
  readonly want: null;
}
interface Fail<Given> extends Named<Given> {
  readonly want: string | readonly [string, string, ...string[]];
}
interface LeftOpen<Given> extends Named<Given> {
  readonly want: { readonly unjudged: string };
}
export type Case<Given> = Pass<Given> | Fail<Given> | LeftOpen<Given>;

/** At least one case that passes and one that fails, so that a rule nobody has seen fail does not compile. */
export type Cases<Given> = readonly [Pass<Given>, Fail<Given>, ...Case<Given>[]];

/** What a check says of a resource. */
export interface Finding {
  readonly outcome: "violation" | "unjudged";
  readonly what: string;
}

/** A check of resources one by one, before each is changed. */
export interface ResourceCheck {
  readonly scope: "resource";
  readonly tokens: ReadonlySet<string>;
  readonly judge: (resource: Resource, situation: Situation) => readonly Finding[];
  readonly cases: Cases<Resource>;
}

/** A check of resources against all others, once they are all known. */
export interface StackCheck {
  readonly scope: "stack";
  readonly tokens: ReadonlySet<string>;
  readonly judge: (
    resource: Resource,
    situation: Situation,
    stack: readonly Resource[],
  ) => readonly Finding[];
  readonly cases: Cases<readonly Resource[]>;
}

export interface Rule {
  /** Group and slug of the catalogue; also the file's name and the policy's. */
  readonly id: string;
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  /** Why it matters, in one sentence. */
  readonly why: string;
  /** What to do, in the imperative. */
  readonly fix: string;
  readonly references: References;
  readonly caps?: readonly Cap[];
  /** All of one scope: the engine asks about resources and about the stack at different times. */
  readonly checks:
    | readonly [ResourceCheck, ...ResourceCheck[]]
    | readonly [StackCheck, ...StackCheck[]];
}

/** Checks a rule's form at compile time; nothing more. */
export function defineRule(rule: Rule): Rule {
  return rule;
}

/** A check of each subject by itself. Several violations are judged apart, so that one left open hides no other. */
export function on<T>(
  subjects: Subjects<T>,
  check: {
    readonly violation: Violation<T> | readonly Violation<T>[];
    readonly cases: Cases<Resource>;
  },
): ResourceCheck {
  const violations = [check.violation].flat();
  return {
    scope: "resource",
    tokens: new Set(subjects.tokens),
    judge: (resource, situation) =>
      findings(subjects.of(resource), violations, (violation, subject) =>
        violation(subject, situation),
      ),
    cases: check.cases,
  };
}

/** A check of each subject against the other resources of the stack. */
export function across<T>(
  subjects: Subjects<T>,
  check: {
    readonly violation: StackViolation<T> | readonly StackViolation<T>[];
    readonly cases: Cases<readonly Resource[]>;
  },
): StackCheck {
  const violations = [check.violation].flat();
  return {
    scope: "stack",
    tokens: new Set(subjects.tokens),
    judge: (resource, situation, stack) =>
      findings(subjects.of(resource), violations, (violation, subject) =>
        violation(subject, stack, situation),
      ),
    cases: check.cases,
  };
}

/** The resources of these types, each judged whole. */
export function resources(...tokens: readonly string[]): Subjects<Resource> {
  return { tokens, of: (resource) => [resource] };
}

function findings<T, V>(
  subjects: Iterable<T | Open>,
  violations: readonly V[],
  judge: (violation: V, subject: T) => string | null,
): readonly Finding[] {
  const found = new Map<string, Finding>();
  const add = (verdict: string | null | Open) => {
    if (verdict === null) return;
    const what = isOpen(verdict) ? openReason(verdict) : verdict;
    found.set(what, { outcome: isOpen(verdict) ? "unjudged" : "violation", what });
  };
  for (const subject of subjects) {
    if (isOpen(subject)) add(subject);
    else for (const violation of violations) add(attempt(() => judge(violation, subject)));
  }
  return [...found.values()];
}
