/** Gathers the problems of meaning while a plan is made, so that a person gets all of them at once. */
import type { Issue, IssueCode } from "../issue.ts";
import { type Path, pathText } from "../spec/path.ts";
import type { Source } from "../spec/source.ts";

/** What an issue says, without where. */
export interface Finding {
  readonly code: IssueCode;
  readonly problem: string;
  readonly allowed: string;
  readonly fix: string;
}

export interface Judgement {
  readonly issues: readonly Issue[];
  readonly notes: readonly string[];
  readonly unresolved: readonly string[];
  /** Refuses the value at `path` of `source`. Returns `undefined`, so that a function can refuse and end in one line. */
  refuse(source: Source, path: Path, finding: Finding): undefined;
  /** Refuses the key at the end of `path`. */
  refuseKey(source: Source, path: Path, finding: Finding): undefined;
  note(line: string): void;
  /** Names a fact that nobody has looked up. */
  miss(fact: string): void;
}

export function judgement(): Judgement {
  const issues: Issue[] = [];
  const notes: string[] = [];
  const unresolved = new Set<string>();
  return {
    issues,
    notes,
    get unresolved() {
      return [...unresolved];
    },
    refuse(source, path, finding) {
      issues.push({ ...finding, at: source.at(path), path: pathText(path) });
      return undefined;
    },
    refuseKey(source, path, finding) {
      issues.push({ ...finding, at: source.keyAt(path), path: pathText(path) });
      return undefined;
    },
    note: (line) => void notes.push(line),
    miss: (fact) => void unresolved.add(fact),
  };
}
