/** Guesses what a person meant by a value that the schema refuses. */
import type { z } from "zod";
import { secretForm } from "../facts/secrets.ts";
import { nearest } from "../names.ts";
import { choicesOf } from "./schema-parts.ts";

/**
 * What to write instead of `value`, in the imperative: for the usual slips (quotes too many or too few, a decimal unit, a
 * space, a wrong letter), where the schema accepts the repaired value.
 * @param written the value as it stands in the file, where it is no text: `1.30` for 1.3
 */
export function repair(value: unknown, written: string, schema: z.ZodType): string | undefined {
  const text = typeof value === "string" ? value : written;
  if (typeof value === "object" || text.length > longest || secretForm(text)) return undefined;
  return repairs(text, schema).find(
    ({ candidate }) => candidate !== value && schema.safeParse(candidate).success,
  )?.fix;
}

/** Nobody means a value by a longer text. */
const longest = 100;

interface Repair {
  readonly candidate: unknown;
  readonly fix: string;
}

function repairs(text: string, schema: z.ZodType): readonly Repair[] {
  const number = Number(text);
  const choice = nearest(text, choicesOf(schema));
  return [
    { candidate: text, fix: `quote it: ${JSON.stringify(text)}` },
    ...(text.trim() === ""
      ? []
      : [{ candidate: number, fix: `write it without quotes: ${number}` }]),
    ...(choice === undefined
      ? []
      : [{ candidate: choice, fix: `write ${JSON.stringify(choice)}` }]),
    ...[binaryUnit(text), durationUnit(text), asName(text)].map((candidate) => ({
      candidate,
      fix: `write ${candidate}`,
    })),
  ];
}

/** `16 GB`, `16G` and `16Gi` are `16GiB` to the platform, which counts memory in binary units only. */
function binaryUnit(text: string): string {
  return text.replace(/\s*([MGT])i?B?$/i, (_, unit: string) => `${unit.toUpperCase()}iB`);
}

/** `30sec` and `30 Seconds` are `30s`. */
function durationUnit(text: string): string {
  return text.replace(/\s*([smh])(ec|in|r|our)?[a-z]*$/i, (_, unit: string) => unit.toLowerCase());
}

/** `My Model` is `my-model`. */
function asName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
}
