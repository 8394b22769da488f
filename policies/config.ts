/**
 * What the pack is told: environment, waivers, raised levels and caps travel in the engine's own policy config, one entry
 * per policy (`--policy-pack-config`). Nothing else reaches it, so the same file gives the same verdicts.
 */
import type { Environment } from "../platform/spec/environments.ts";
import { type CapValue, type Level, levels, type Rule } from "./define-rule.ts";
import { rules as allRules } from "./rules/index.ts";
import { fits } from "./settings.ts";
import { isDay, isSpecific, type Waiver } from "./waivers.ts";

/** Policy that reports waivers which nothing needed. */
export const waiversPolicy = "waivers";

/** What a platform spec decides about the pack. */
export interface PolicyChoices {
  readonly environment: Environment;
  /** @default none */
  readonly waivers?: readonly Waiver[];
  /** Levels by rule, above those of the environment. @default none raised */
  readonly levels?: Readonly<Record<string, Level>>;
  /** Values of caps, by rule and cap. @default the rules' own */
  readonly caps?: Readonly<Record<string, Readonly<Record<string, CapValue>>>>;
}

/** Properties of one policy, as the engine's file holds them. */
export interface PolicySettings {
  readonly enforcementLevel: Level;
  readonly environment: Environment;
  readonly waivers: readonly Waiver[];
  readonly [cap: string]: CapValue | Level | Environment | readonly Waiver[];
}

/** One problem of the choices; `path` is relative to them, for example `waivers[0].rule`. */
export interface PolicyProblem {
  readonly path: string;
  /** Begins with what was given. */
  readonly problem: string;
  readonly allowed: string;
  readonly fix: string;
}

/** Every problem of the choices, thrown once. */
export class PolicyChoicesError extends Error {
  override readonly name = "PolicyChoicesError";
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super(
      problems.map((p) => `policy.${p.path}: ${p.problem}; ${p.allowed}; fix: ${p.fix}`).join("\n"),
    );
    this.problems = problems;
  }
}

/**
 * The content of the engine's policy config file, to be written as JSON.
 * @throws PolicyChoicesError
 */
export function policyConfig(
  choices: PolicyChoices,
  rules: readonly Rule[] = allRules,
): Readonly<Record<string, PolicySettings>> {
  const problems = choiceProblems(choices, rules);
  if (problems.length > 0) throw new PolicyChoicesError(problems);
  const { environment, waivers = [], levels: raised = {}, caps = {} } = choices;
  const settings = rules.map((rule): [string, PolicySettings] => [
    rule.id,
    {
      ...caps[rule.id],
      enforcementLevel: raised[rule.id] ?? rule.enforcement[environment],
      environment,
      waivers: waivers.filter((waiver) => waiver.rule === rule.id),
    },
  ]);
  return {
    ...Object.fromEntries(settings),
    [waiversPolicy]: { enforcementLevel: "advisory", environment, waivers },
  };
}

/** What is wrong with the choices: rules and caps that do not exist, lowered levels, waivers that cannot hold. */
export function choiceProblems(
  { environment, waivers = [], levels: raised = {}, caps = {} }: PolicyChoices,
  rules: readonly Rule[] = allRules,
): readonly PolicyProblem[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const unknownRule = (path: string, id: string): PolicyProblem => ({
    path,
    problem: `got rule ${JSON.stringify(id)}, which does not exist`,
    allowed: `rules: ${[...byId.keys()].join(", ")}`,
    fix: "correct the id or remove the entry",
  });
  return [
    ...waivers.flatMap((waiver, index) => waiverProblems(waiver, index)),
    ...waivers.flatMap(({ rule }, index) =>
      byId.has(rule) ? [] : [unknownRule(`waivers[${index}].rule`, rule)],
    ),
    ...Object.entries(raised).flatMap(([id, level]) => {
      const rule = byId.get(id);
      if (!rule) return [unknownRule(`levels.${id}`, id)];
      const floor = rule.enforcement[environment];
      return isAtLeast(level, floor) ? [] : [lowered(id, level, floor, environment)];
    }),
    ...Object.entries(caps).flatMap(([id, values]) => {
      const rule = byId.get(id);
      return rule ? capProblems(rule, values) : [unknownRule(`caps.${id}`, id)];
    }),
  ];
}

function waiverProblems({ until, resource }: Waiver, index: number): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (!isDay(until))
    problems.push({
      path: `waivers[${index}].until`,
      problem: `got ${JSON.stringify(until)}, which is no day`,
      allowed: "a date such as 2027-01-31",
      fix: "write the last day the waiver shall hold",
    });
  if (!isSpecific(resource))
    problems.push({
      path: `waivers[${index}].resource`,
      problem: `got ${JSON.stringify(resource)}, which names nothing`,
      allowed: "<namespace>/<name>, with * for any characters but /",
      fix: "name what is waived, at least its namespace",
    });
  return problems;
}

function isAtLeast(level: Level, floor: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(floor);
}

function lowered(id: string, level: Level, floor: Level, environment: Environment): PolicyProblem {
  return {
    path: `levels.${id}`,
    problem: `got ${JSON.stringify(level)}, below ${JSON.stringify(floor)} of ${environment}`,
    allowed: levels.filter((other) => isAtLeast(other, floor)).join(" or "),
    fix: "remove the entry, or write a waiver for the resource that needs it",
  };
}

function capProblems(
  rule: Rule,
  values: Readonly<Record<string, CapValue>>,
): readonly PolicyProblem[] {
  const known = rule.caps ?? [];
  return Object.entries(values).flatMap(([name, value]): readonly PolicyProblem[] => {
    const path = `caps.${rule.id}.${name}`;
    const cap = known.find((candidate) => candidate.name === name);
    if (!cap)
      return [
        {
          path,
          problem: `got ${JSON.stringify(name)}, which the rule does not have`,
          allowed: known.length === 0 ? "no caps" : `caps: ${known.map((c) => c.name).join(", ")}`,
          fix: "correct the name or remove the entry",
        },
      ];
    if (fits(cap.default, value)) return [];
    return [
      {
        path,
        problem: `got ${JSON.stringify(value)}`,
        allowed: typeof cap.default === "number" ? "a number from 0 on" : "a list of names",
        fix: `write the ${cap.means}`,
      },
    ];
  });
}
