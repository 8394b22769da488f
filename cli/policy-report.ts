/** What the policy pack said of a run, as a person wants to read it. */
import type { PolicyEvent } from "../embedded/engine/events.ts";
import { classify, type Outcome } from "../policies/report.ts";

export interface PolicyReport {
  /** Violations of mandatory rules: these stop the run. */
  readonly mandatory: readonly PolicyEvent[];
  readonly advisory: readonly PolicyEvent[];
  readonly unjudged: readonly PolicyEvent[];
  readonly waived: readonly PolicyEvent[];
  readonly staleWaivers: readonly PolicyEvent[];
}

export function policyReport(events: readonly PolicyEvent[]): PolicyReport {
  const of = (outcome: Outcome) => events.filter(({ message }) => classify(message) === outcome);
  const violations = of("violation");
  return {
    mandatory: violations.filter(({ level }) => level === "mandatory"),
    advisory: violations.filter(({ level }) => level !== "mandatory"),
    unjudged: of("unjudged"),
    waived: of("waived"),
    staleWaivers: of("stale-waiver"),
  };
}

/** `Policy: 0 violations, 1 advisory, 3 could not be judged`, and a paragraph for each that wants an answer. */
export function policyText(report: PolicyReport, rules: number): string {
  const counts = [
    `${rules} rules`,
    `${report.mandatory.length} violations`,
    `${report.advisory.length} advisory`,
    `${report.unjudged.length} could not be judged`,
    ...(report.waived.length > 0 ? [`${report.waived.length} waived`] : []),
    ...(report.staleWaivers.length > 0 ? [`${report.staleWaivers.length} stale waivers`] : []),
  ];
  const shown = [
    ...report.mandatory,
    ...report.advisory,
    ...report.staleWaivers,
    ...report.waived,
    ...report.unjudged,
  ];
  return [`Policy: ${counts.join(", ")}`, ...shown.map(paragraph)].join("\n");
}

function paragraph({ policy, level, message }: PolicyEvent): string {
  const [first = "", ...rest] = message.split("\n");
  const head = `  ${policy} (${level}): ${first.trim()}`;
  return [head, ...rest.map((line) => `    ${line.trim()}`)].join("\n");
}
