/** What a schema wants at a place, for people to read. */
import { z } from "zod";
import { listOf } from "../names.ts";
import { forms } from "./forms.ts";
import type { Path } from "./path.ts";

/** The part of `schema` that judges the value at `path`; what may be absent comes as what it is when present. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let at = present(schema);
  for (const step of path) {
    const holder =
      at instanceof z.ZodUnion ? at.options.find((option) => option instanceof z.ZodObject) : at;
    if (holder instanceof z.ZodObject) at = present(holder.shape[step]);
    else if (holder instanceof z.ZodRecord) at = present(holder.valueType);
    else if (holder instanceof z.ZodArray) at = present(holder.element);
    else return undefined;
  }
  return at;
}

function present(schema: unknown): z.ZodType | undefined {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodType ? inner : undefined;
}

/** The keys that a block of `schema` may have; none where any name will do. */
export function keysOf(schema: z.ZodType | undefined): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.keys(schema.shape).filter((key) => !isRefused(schema.shape[key]));
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => keysOf(present(option)));
  }
  return [];
}

/** Whether a key of `schema` must not be there. */
function isRefused(schema: unknown): boolean {
  return present(schema) instanceof z.ZodNever;
}

/** The texts that `schema` lets a person choose from; none where it is no choice. */
export function choicesOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

/** What a key of the map `schema` looks like, in words. */
export function keyFormOf(schema: z.ZodType | undefined): string {
  return formOf(schema instanceof z.ZodRecord ? schema.keyType : undefined);
}

/** What a value of `schema` looks like, in words. */
export function formOf(schema: unknown): string {
  const inner = present(schema);
  const registered = inner && forms.get(inner)?.form;
  if (registered) return registered;
  if (inner instanceof z.ZodUnion) return inner.options.map(formOf).join(", or ");
  if (inner instanceof z.ZodObject) return `a block with ${keysOf(inner).join(", ")}`;
  if (inner instanceof z.ZodRecord) return "a block of named entries";
  if (inner instanceof z.ZodArray) return `a list, each of it ${formOf(inner.element)}`;
  if (inner instanceof z.ZodEnum) return listOf(inner.options);
  if (inner instanceof z.ZodLiteral) return listOf([...inner.values]);
  if (inner instanceof z.ZodNumber) {
    const kind = inner.format === "safeint" ? "a whole number" : "a number";
    return `${kind} from ${inner.minValue} to ${inner.maxValue}`;
  }
  return "a value of another kind";
}
