/** A problem that a person can mend, found in a spec or service file or in what they add up to. */
import { hideSecrets } from "./facts/secrets.ts";

/** Where a problem stands: counted from 1. */
export interface Position {
  /** Path below the checkout, for example `stacks/local.yaml`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export const issueCodes = [
  "bad-format",
  "capability-none",
  "duplicate-key",
  "file-not-found",
  "file-too-large",
  "min-above-max",
  "missing-key",
  "model-outside-prefix",
  "name-taken",
  "no-fitting-pool",
  "no-such-machine",
  "not-allowed",
  "out-of-range",
  "over-quota",
  "pool-not-allotted",
  "pool-too-small",
  "secret-in-spec",
  "unknown-key",
  "unknown-pool",
  "unknown-rule",
  "unknown-team",
  "wrong-type",
  "yaml-syntax",
] as const;

export type IssueCode = (typeof issueCodes)[number];

export interface Issue {
  readonly code: IssueCode;
  readonly at: Position;
  /** Key path in the file, for example `pools.l4.nodes.min`; empty for the whole file. */
  readonly path: string;
  /** What is wrong, beginning with what the file says: `got 3 x h100`. Never a secret. */
  readonly problem: string;
  /** What would be right: a list, a range, a format. */
  readonly allowed: string;
  /** What to do, in the imperative. */
  readonly fix: string;
}

/** One line for people, in the form editors turn into a link. */
export function formatIssue(issue: Issue): string {
  const { file, line, column } = issue.at;
  const subject = issue.path === "" ? "" : ` ${issue.path}:`;
  return `${file}:${line}:${column}${subject} ${issue.problem}; ${issue.allowed}; fix: ${issue.fix} [${issue.code}]`;
}

/** Everything that is wrong with a stack, thrown once. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
    super([`${count}, nothing was changed:`, ...issues.map(formatIssue)].join("\n"));
    this.issues = issues;
  }
}

/** The issues as a person reads them: by file and line, each once, and without what looks like a secret. */
export function inReadingOrder(issues: readonly Issue[]): readonly Issue[] {
  const unique = new Map(issues.map((issue) => [formatIssue(issue), issue]));
  return [...unique.values()]
    .map(withoutSecrets)
    .toSorted(
      (a, b) =>
        Number(a.at.file > b.at.file) - Number(a.at.file < b.at.file) ||
        a.at.line - b.at.line ||
        a.at.column - b.at.column,
    );
}

/** Messages quote what a file says, and a secret may stand where a name should. */
function withoutSecrets(issue: Issue): Issue {
  const { problem, allowed, fix } = issue;
  return {
    ...issue,
    problem: hideSecrets(problem),
    allowed: hideSecrets(allowed),
    fix: hideSecrets(fix),
  };
}
