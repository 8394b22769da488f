import type { IssueCode } from "../../../../platform/issue.ts";
import type { Edit } from "../../../support/small-stack.ts";

/** What a person is told of a change to the small stack, in full. */
export interface Row {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly want: readonly string[];
}

/** At least one row for each code. */
export type Rows<Code extends IssueCode = IssueCode> = Readonly<
  Record<Code, readonly [Row, ...Row[]]>
>;
