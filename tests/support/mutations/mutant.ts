/** What a mutation operator is. */
import type { IssueCode } from "../../../platform/issue.ts";
import type { Path } from "../../../platform/spec/path.ts";
import type { Draw } from "./draw.ts";
import { fileOf, type Sample, type SampleService, specFile } from "./sample.ts";
import type { Mark, Place, StackText } from "./stack-text.ts";

/** An issue that must be reported. */
export interface Expectation {
  readonly path: Path;
  /** Where it stands: at a mark, or at the first key of a file. */
  readonly at: Mark | { readonly startOf: string };
  /** Part of the fix. */
  readonly fix?: string | undefined;
  /** Set where the parser alone knows the column. */
  readonly anyColumn?: boolean;
}

export interface Mutation {
  /** What it changes. */
  readonly touches: readonly Place[];
  /** What must be as in the sample for its issues to be found. */
  readonly needs?: readonly Place[];
  /** Texts that no message may show. */
  readonly secrets?: readonly string[];
  readonly edit: (stack: StackText) => readonly Expectation[];
}

/** What an operator makes of a sample at random; `undefined` when there is nothing in it to mutate so. */
export type Apply = (draw: Draw, sample: Sample) => Mutation | undefined;

export interface Operator {
  readonly name: string;
  /** shape: the schema or the YAML parser refuses it. meaning: load or plan does. harmless: nobody does. */
  readonly kind: "shape" | "meaning" | "harmless";
  /** Code of the issue it must give; harmless ones have none. */
  readonly code?: IssueCode;
  /** Codes of other issues that rightly follow. */
  readonly also?: readonly IssueCode[];
  readonly apply: Apply;
}

/** Whether two mutations can be told apart in one stack. */
export function areApart(a: Mutation, b: Mutation): boolean {
  const hinders = (one: Mutation, other: Mutation) =>
    one.touches.some((place) =>
      [...other.touches, ...(other.needs ?? [])].some((need) => overlap(place, need)),
    );
  return !hinders(a, b) && !hinders(b, a);
}

function overlap(a: Place, b: Place): boolean {
  const [shorter, longer] = a.path.length < b.path.length ? [a, b] : [b, a];
  return a.file === b.file && shorter.path.every((step, index) => step === longer.path[index]);
}

/** A place in the spec. */
export function inSpec(...path: Path): Place {
  return { file: specFile, path };
}

/** A place in the file of the service `<team>/<name>`. */
export function inFile(from: string, ...path: Path): Place {
  return { file: fileOf(from), path };
}

/** That a service's file is read at all, which a broken spec does not prevent. */
export function reading(...service: readonly string[]): Place {
  return { file: "what is read", path: service };
}

/** A service whose `from` is gone is not read any more. */
export function readingOf({ file, path }: Place): readonly Place[] {
  const [block, name, key] = path;
  if (file !== inSpec().file || block !== "services") return [];
  if (name === undefined) return [reading()];
  return key === undefined || key === "from" ? [reading(String(name))] : [];
}

/** Everything that decides where a service runs and what it asks for. */
export function placementOf(
  { name, team, from }: SampleService,
  { spec }: Sample,
): readonly Place[] {
  return [
    reading(name),
    inSpec("cloud"),
    inSpec("services", name),
    inSpec("teams", team),
    ...Object.keys(spec.pools ?? {}).map((pool) => inSpec("pools", pool)),
    inFile(from),
  ];
}
