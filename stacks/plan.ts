/** A stack's files to its plan, judged in full: form, meaning, and what the spec asks of the policy pack. */

import type { Site } from "../platform/contracts/site.ts";
import { type Issue, inReadingOrder, SpecError } from "../platform/issue.ts";
import { plan } from "../platform/plan/index.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import type { Draft } from "../platform/spec/draft.ts";
import { loadStack } from "../platform/spec/load.ts";
import { choiceProblems, type PolicyChoices } from "../policies/config.ts";

/**
 * The plan of `stacks/<specFile>`.
 * @param root the checkout
 * @param site what the stack has on this machine
 * @throws SpecError with every problem there is
 */
export function planStack(root: string, specFile: string, site?: Site): PlatformPlan {
  const loaded = loadStack(root, specFile, site);
  const planned = plan(loaded);
  const issues = [...planned.issues, ...policyIssues(loaded.draft)];
  if (planned.plan === undefined || issues.length > 0) throw new SpecError(inReadingOrder(issues));
  return planned.plan;
}

/** What a plan tells the policy pack. */
export function policyChoices({ environment, waivers }: PlatformPlan): PolicyChoices {
  return { environment, waivers };
}

function policyIssues({ source, environment, waivers }: Draft): readonly Issue[] {
  if (environment === undefined) return [];
  return choiceProblems({ environment, waivers }).map(({ path, problem, allowed, fix }) => {
    const steps = ["policy", ...path.split(/[.[\]]+/)];
    return {
      code: steps.at(-1) === "rule" ? "unknown-rule" : "bad-format",
      at: source.at(steps),
      path: steps.join("."),
      problem,
      allowed,
      fix,
    };
  });
}
