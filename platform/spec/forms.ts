/** How single values are written, and what a person is told of that. */
import { z } from "zod";
import { namePattern } from "../names.ts";
import { durationPattern, memoryPattern } from "../units.ts";

/** How a value must be written, in the words a person is told. What a key is for is its description. */
export const forms = z.registry<{ readonly form: string }>();

/** Why a stack must not have a key that other stacks have. */
export const refusals = z.registry<{ readonly why: string }>();

/** A text of some form. */
export function text(pattern: RegExp, form: string) {
  return z.string().regex(pattern).register(forms, { form });
}

/** A key that a stack must not have, although stacks of another kind do. */
export function refused(why: string) {
  return z.never().register(refusals, { why }).optional().describe(`not here: ${why}`);
}

export const name = text(
  namePattern,
  "a name of a-z, 0-9 and -, from a letter on, at most 40 long",
);
export const memory = text(memoryPattern, "a size such as 512MiB or 16GiB");
export const duration = text(durationPattern, "a duration such as 30s or 5m");
export const date = text(z.regexes.date, "a date such as 2027-01-31");
export const line = text(/^\S(.*\S)?$/, "one line of text");
export const labelKey = text(
  /^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  "a Kubernetes label key",
);
export const labelValue = text(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  "a Kubernetes label value, at most 63 long",
);
