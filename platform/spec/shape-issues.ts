/** Turns what zod says of a file's form into issues that name the user's key, the value, what is allowed and the fix. */
import type { z } from "zod";
import { secretForm } from "../facts/secrets.ts";
import type { Issue, IssueCode } from "../issue.ts";
import { listOf, nearest } from "../names.ts";
import { refusals } from "./forms.ts";
import { type Path, pathText, short, valueAt } from "./path.ts";
import { repair } from "./repair.ts";
import { formOf, keyFormOf, keysOf, schemaAt } from "./schema-parts.ts";
import type { Source } from "./source.ts";

type ZodIssue = z.core.$ZodIssue;

/** Every problem of form that `schema` finds in `source`; none where the syntax is broken. */
export function shapeIssues(schema: z.ZodType, source: Source): readonly Issue[] {
  if (source.value === undefined) return [];
  const result = schema.safeParse(source.value);
  return result.success ? [] : flatten(result.error.issues, schema, source, []);
}

function flatten(
  issues: readonly ZodIssue[],
  schema: z.ZodType,
  source: Source,
  base: Path,
): readonly Issue[] {
  return issues.flatMap((issue) => {
    const path = [
      ...base,
      ...issue.path.map((step) => (typeof step === "number" ? step : String(step))),
    ];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => unknownKey(key, path, schema, source));
      case "invalid_union":
        return ofUnion(issue, path, schema, source);
      case "invalid_key":
        return ofKey(path, schema, source);
      case "custom":
        return [{ ...ofValue(issue, path, schema, source), problem: issue.message }];
      default:
        return [ofValue(issue, path, schema, source)];
    }
  });
}

/** Of a choice between forms (`2` or `{ min, max }`), only the form the person began is worth talking about. */
function ofUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  schema: z.ZodType,
  source: Source,
): readonly Issue[] {
  const [begun, ...others] = issue.errors.filter(
    (form) => !form.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  return begun && others.length === 0
    ? flatten(begun, schema, source, path)
    : [ofValue(issue, path, schema, source)];
}

/** zod does not look at the value behind a bad key; a person wants both. */
function ofKey(path: Path, schema: z.ZodType, source: Source): readonly Issue[] {
  const form = keyFormOf(schemaAt(schema, path.slice(0, -1)));
  const bad: Issue = {
    code: "bad-format",
    at: source.keyAt(path),
    path: pathText(path),
    problem: `the key ${show(path.at(-1))} has not the right form`,
    allowed: `a key is ${form}`,
    fix: "rename it",
  };
  const inner = schemaAt(schema, path)?.safeParse(valueAt(source.value, path));
  return [bad, ...(inner?.error ? flatten(inner.error.issues, schema, source, path) : [])];
}

function unknownKey(key: string, path: Path, schema: z.ZodType, source: Source): Issue {
  const known = keysOf(schemaAt(schema, path));
  const meant = nearest(key, known);
  return {
    code: "unknown-key",
    at: source.keyAt([...path, key]),
    path: pathText([...path, key]),
    problem: `unknown key ${show(key)}`,
    allowed: `known keys are ${known.join(", ")}`,
    fix: meant ? `write ${JSON.stringify(meant)}` : "remove it",
  };
}

function ofValue(issue: ZodIssue, path: Path, schema: z.ZodType, source: Source): Issue {
  const value = valueAt(source.value, path);
  const wanted = schemaAt(schema, path);
  const refusal = wanted && refusals.get(wanted);
  if (refusal) return refusedKey(path, refusal.why, source);
  const allowed = allowedBy(issue, wanted);
  if (value === undefined) return missing(path, allowed, source);
  const written = source.written(path) ?? "";
  return {
    code: codes[issue.code] ?? "wrong-type",
    at: source.at(path),
    path: pathText(path),
    problem: `got ${show(value, written)}`,
    allowed: `allowed is ${allowed}`,
    fix: (wanted && repair(value, written, wanted)) ?? `write ${allowed}`,
  };
}

function refusedKey(path: Path, why: string, source: Source): Issue {
  const key = JSON.stringify(path.at(-1));
  return {
    code: "not-allowed",
    at: source.keyAt(path),
    path: pathText(path),
    problem: `got ${key}, which this stack cannot have`,
    allowed: why,
    fix: `remove ${key}`,
  };
}

function allowedBy(issue: ZodIssue, wanted: z.ZodType | undefined): string {
  if (issue.code === "invalid_value") return listOf(issue.values);
  if (issue.code === "too_small" && issue.origin === "array") return `at least ${issue.minimum}`;
  if (issue.code === "too_big" && issue.origin === "array") return `at most ${issue.maximum}`;
  return formOf(wanted);
}

/** Stands at the key of the block that lacks it. */
function missing(path: Path, allowed: string, source: Source): Issue {
  return {
    code: "missing-key",
    at: source.keyAt(path.slice(0, -1)),
    path: pathText(path),
    problem: "is missing",
    allowed: `it is ${allowed}`,
    fix: `add ${JSON.stringify(path.at(-1))}`,
  };
}

const codes: Partial<Record<ZodIssue["code"], IssueCode>> = {
  custom: "not-allowed",
  invalid_format: "bad-format",
  invalid_value: "not-allowed",
  too_small: "out-of-range",
  too_big: "out-of-range",
};

/**
 * A value as a message shows it: short, and never a secret.
 * @param written the value as it stands in the file, where it is no text
 */
function show(value: unknown, written = ""): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a block";
  const text = typeof value === "string" ? value : written;
  if (secretForm(text)) return "a secret (hidden)";
  return short(typeof value === "string" ? JSON.stringify(text) : text);
}
