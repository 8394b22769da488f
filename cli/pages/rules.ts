/** The reference page of the guardrails. */
import { type RuleDoc, ruleDocs } from "../../policies/rule-docs.ts";
import { heading, page, table } from "./markdown.ts";

export function rulesPage(): string {
  const rules = ruleDocs();
  return page(
    heading("Rules", "`policies/rules`"),
    "What the policy pack judges before a change is made. A `mandatory` violation stops the run; `policy.waivers` of the stack's spec makes exceptions until a day.",
    table(
      ["rule", "severity", "dev", "staging", "prod"],
      rules.map(({ id, severity, levels: { dev, staging, prod } }) => [
        `[${id}](#${id})`,
        severity,
        dev,
        staging,
        prod,
      ]),
    ),
    ...rules.flatMap(ruleBlocks),
  );
}

function ruleBlocks({ id, why, fix, kinds, references, caps, scope }: RuleDoc) {
  // Each kind has a server-side apply twin of the same name, which would double the list.
  const judged = kinds.filter((kind) => !kind.endsWith("Patch"));
  const what = scope === "stack" ? "the stack as a whole, by its" : "each";
  return [
    `## ${id}`,
    why,
    `Fix: ${fix}.`,
    [
      `- Judges ${what} ${judged.join(", ")}.`,
      ...(references.length > 0 ? [`- See ${references.join("; ")}.`] : []),
      ...caps.map((cap) => `- \`${cap.name}\`: ${cap.means}; default ${String(cap.default)}.`),
    ].join("\n"),
  ];
}
