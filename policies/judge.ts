/** What a rule says of a resource once waivers have had their say. Pure: the day is an argument. */
import type { Resource, Rule } from "./define-rule.ts";
import { type Outcome, unjudgedText, violationText, waivedText } from "./report.ts";
import type { Settings } from "./settings.ts";
import { covers, hasExpired, type Waiver } from "./waivers.ts";

export interface Report {
  readonly outcome: Outcome;
  readonly message: string;
  /** Waivers that this finding gives a reason to exist, expired ones included. */
  readonly waivers: readonly Waiver[];
}

/** Every report of `rule` on `resource`; none when it passes. `stack` is empty for a rule about resources. */
export function judge(
  rule: Rule,
  resource: Resource,
  { situation, waivers }: Settings,
  today: string,
  stack: readonly Resource[] = [],
): readonly Report[] {
  const findings = rule.checks
    .filter((check) => check.tokens.has(resource.type))
    .flatMap((check) => check.judge(resource, situation, stack));
  if (findings.length === 0) return [];
  const covering = waivers.filter((waiver) => covers(waiver, resource));
  const active = covering.find((waiver) => !hasExpired(waiver, today));
  const lapsed = covering.toSorted((a, b) => a.until.localeCompare(b.until)).at(-1);
  return findings.map(({ outcome, what }): Report => {
    if (outcome === "unjudged")
      return { outcome, message: unjudgedText(resource, what), waivers: covering };
    return active
      ? { outcome: "waived", message: waivedText(resource, what, active), waivers: covering }
      : { outcome, message: violationText(resource, what, rule.fix, lapsed), waivers: covering };
  });
}

/** Whether a rule has anything to say about resources of this type. */
export function concerns(rule: Rule, type: string): boolean {
  return rule.checks.some((check) => check.tokens.has(type));
}
