/** Every generated page, and what it is made from. */
import { serviceJsonSchema, stackJsonSchema } from "../../platform/spec/json-schema.ts";
import { machinesPage } from "./machines.ts";
import { rulesPage } from "./rules.ts";
import { serversPage } from "./servers.ts";

export interface Page {
  /** Path below the checkout. */
  readonly file: string;
  readonly render: () => string;
}

export const pages: readonly Page[] = [
  { file: "docs/schema/stack.schema.json", render: () => json(stackJsonSchema()) },
  { file: "docs/schema/service.schema.json", render: () => json(serviceJsonSchema()) },
  { file: "docs/reference/machines.md", render: machinesPage },
  { file: "docs/reference/servers.md", render: serversPage },
  { file: "docs/reference/rules.md", render: rulesPage },
];

function json(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
