/** What the documentation says about each rule, as data. */

import { kindOf } from "./address.ts";
import type { Cap, Enforcement, Rule, Severity } from "./define-rule.ts";
import { referenceList } from "./references.ts";
import { rules as allRules } from "./rules/index.ts";

export interface RuleDoc {
  readonly id: string;
  readonly severity: Severity;
  readonly levels: Enforcement;
  /** Whether it judges resources one by one, or the stack as a whole. */
  readonly scope: "resource" | "stack";
  readonly why: string;
  readonly fix: string;
  /** Kinds it judges, for example `Deployment`. */
  readonly kinds: readonly string[];
  readonly references: readonly string[];
  readonly caps: readonly Cap[];
}

/** One row per rule, in the order of the catalogue. */
export function ruleDocs(rules: readonly Rule[] = allRules): readonly RuleDoc[] {
  return rules.map(({ id, severity, enforcement, why, fix, references, caps = [], checks }) => ({
    id,
    severity,
    levels: enforcement,
    scope: checks[0].scope,
    why,
    fix,
    kinds: [...new Set(checks.flatMap((check) => [...check.tokens].map(kindOf)))].sort(),
    references: referenceList(references),
    caps,
  }));
}
