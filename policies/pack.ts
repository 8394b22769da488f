/** The rules as policies of Pulumi's SDK. */
import type {
  Policies,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { waiversPolicy } from "./config.ts";
import type { Rule } from "./define-rule.ts";
import { concerns, judge, type Report } from "./judge.ts";
import { mainFramework, referenceList } from "./references.ts";
import { staleWaiverText } from "./report.ts";
import { readSettings, settingsSchema } from "./settings.ts";
import { utcToday, type Waiver } from "./waivers.ts";

/** The policies of `rules`, and one that reports waivers nothing needed. `today` is the day waivers are measured by. */
export function createPolicies(rules: readonly Rule[], today: () => string = utcToday): Policies {
  // Resources are judged one call at a time, the stack last: what was needed is known by then.
  const needed = new Set<string>();
  const send = (reports: readonly Report[], report: ReportViolation, urn: string) => {
    for (const { outcome, message, waivers } of reports) {
      for (const waiver of waivers) needed.add(keyOf(waiver));
      sendReport(report, message, urn, outcome === "violation");
    }
  };

  const policyOf = (rule: Rule): ResourceValidationPolicy | StackValidationPolicy => {
    const framework = mainFramework(rule.references);
    const common = {
      name: rule.id,
      description: rule.why,
      enforcementLevel: rule.enforcement.prod,
      severity: rule.severity,
      remediationSteps: rule.fix,
      tags: [...referenceList(rule.references)],
      configSchema: settingsSchema(rule),
      ...(framework && { framework }),
    };
    if (rule.checks[0].scope === "resource")
      return {
        ...common,
        validateResource: (args, report) => {
          if (!concerns(rule, args.type)) args.notApplicable("the rule is about other types");
          send(judge(rule, args, readSettings(args.getConfig()), today()), report, args.urn);
        },
      };
    return {
      ...common,
      validateStack: ({ resources, getConfig }, report) => {
        const settings = readSettings(getConfig());
        for (const resource of resources)
          send(judge(rule, resource, settings, today(), resources), report, resource.urn);
      },
    };
  };

  const staleWaivers: StackValidationPolicy = {
    name: waiversPolicy,
    description: "A waiver that nothing needs hides the next finding.",
    enforcementLevel: "advisory",
    severity: "low",
    configSchema: settingsSchema(),
    validateStack: ({ getConfig }, report) => {
      for (const waiver of readSettings(getConfig()).waivers)
        if (!needed.has(keyOf(waiver))) sendReport(report, staleWaiverText(waiver));
    },
  };

  return [...rules.map(policyOf), staleWaivers];
}

function keyOf({ rule, resource, until }: Waiver): string {
  return `${rule} ${resource} ${until}`;
}

/**
 * What the SDK's server takes beside a text (1.21.0, `makeReportViolationFun`), though its types do not show it. A text
 * would get the policy's description before it and could have no level of its own.
 */
interface Diagnostic {
  readonly message: string;
  readonly urn?: string | undefined;
  readonly enforcementLevel?: "advisory";
}

/** A method, because the parameters of methods may be wider than those of the function they are. */
interface Reporter {
  report(violation: string | Diagnostic): void;
}

function sendReport(
  report: ReportViolation,
  message: string,
  urn?: string,
  isBinding = false,
): void {
  const reporter: Reporter = { report };
  const level = isBinding ? {} : ({ enforcementLevel: "advisory" } as const);
  reporter.report({ message, urn, ...level });
}
