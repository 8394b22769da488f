import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { serviceJsonSchema, stackJsonSchema } from "../../../../platform/spec/json-schema.ts";
import { valueAt } from "../../../../platform/spec/path.ts";

const root = resolve(import.meta.dirname, "../../../..");

describe("JSON Schema", () => {
  const schemas = { stack: stackJsonSchema(), service: serviceJsonSchema() };

  for (const [kind, schema] of Object.entries(schemas)) {
    it(`of a ${kind} is the committed one`, () => {
      const committed = readFileSync(join(root, `docs/schema/${kind}.schema.json`), "utf8");
      assert.deepEqual(schema, JSON.parse(committed), "npm run docs");
    });

    it(`of a ${kind} tells an editor what every key is for`, () => {
      assert.deepEqual(keysWithoutDescription(schema, []), []);
    });
  }

  it("tells an editor how a text must be written", () => {
    const memory = valueAt(schemas.service, [
      "oneOf",
      0,
      "properties",
      "resources",
      "properties",
      "memory",
    ]);
    assert.deepEqual(memory, {
      type: "string",
      pattern: "^[1-9][0-9]{0,5}(MiB|GiB|TiB)$",
      description: "memory: what is set aside, and the limit",
      errorMessage: "Write a size such as 512MiB or 16GiB.",
    });
  });

  it("is named by every stack and service file", () => {
    const stacks = readdirSync(join(root, "stacks")).filter(
      (file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."),
    );
    const services = readdirSync(join(root, "services"), { recursive: true, encoding: "utf8" });
    const files = [
      ...stacks.map((file) => ({ file: join("stacks", file), schema: "stack" })),
      ...services
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => ({ file: join("services", file), schema: "service" })),
    ];
    assert.ok(files.length >= 3);
    for (const { file, schema } of files) {
      const [first] = readFileSync(join(root, file), "utf8").split("\n");
      const path = relative(dirname(file), `docs/schema/${schema}.schema.json`);
      assert.equal(first, `# yaml-language-server: $schema=${path}`, file);
    }
  });
});

/** Paths of the properties that say nothing of themselves. */
function keysWithoutDescription(schema: unknown, path: readonly string[]): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const here = [...path, key];
    const isProperty = path.at(-1) === "properties";
    const silent = isProperty && valueAt(value, ["description"]) === undefined;
    return [...(silent ? [here.join(".")] : []), ...keysWithoutDescription(value, here)];
  });
}
