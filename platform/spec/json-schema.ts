/** JSON Schema of the two kinds of file, for editors: completion, hints and errors while typing. */
import { z } from "zod";
import { forms, refusals } from "./forms.ts";
import { anyPlatformSchema, anyServiceSchema } from "./schema.ts";

/** The schema of `stacks/<stack>.yaml`. */
export function stackJsonSchema(): object {
  return jsonSchema(anyPlatformSchema, {
    title: "Stack",
    description: "One environment of the platform: its cluster, pools, teams and their services.",
  });
}

/** The schema of `services/<team>/<name>.yaml`. */
export function serviceJsonSchema(): object {
  return jsonSchema(anyServiceSchema, {
    title: "Service",
    description: "One model and how it is served, the same in every environment.",
  });
}

function jsonSchema(schema: z.ZodType, about: { title: string; description: string }): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    // What an editor says instead of quoting a pattern; the YAML language server reads this key.
    override: ({ zodSchema, jsonSchema }) => {
      const form = forms.get(zodSchema)?.form;
      if (form !== undefined) Object.assign(jsonSchema, { errorMessage: `Write ${form}.` });
      const why = refusals.get(zodSchema)?.why;
      if (why !== undefined) Object.assign(jsonSchema, { errorMessage: `Remove it: ${why}.` });
    },
  });
  return { $schema, ...about, ...rest };
}
