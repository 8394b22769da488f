import assert from "node:assert/strict";
import { rules } from "../../policies/rules/index.ts";
import { examples, type Path, pathsIn, reportsOn, valueAt, withReplaced } from "./examples.ts";

/** In no form of a credential, so that rules judge it as they judge any text. */
const canary = "canary-5ecret-v4lue";

/** Names of things are what messages are for; everything else may be a secret. */
function isName(path: Path): boolean {
  const last = path.at(-1);
  return last === "name" || last === "namespace";
}

function textPaths(props: unknown): readonly Path[] {
  return pathsIn(props).filter((path) => {
    const value = valueAt(props, path);
    return (typeof value === "string" || typeof value === "number") && !isName(path);
  });
}

describe("a secret value in an object", () => {
  it("is in no message, wherever it stands", () => {
    let judged = 0;
    for (const { title, environment, stack } of examples)
      for (const [index, resource] of stack.entries())
        for (const path of textPaths(resource.props)) {
          const poisoned = withReplaced(stack, index, path, canary);
          for (const rule of rules)
            for (const { message } of reportsOn(rule, { environment, stack: poisoned }).flat()) {
              judged += 1;
              assert.ok(!message.includes(canary), `${title}, ${path.join(".")}: ${message}`);
            }
        }
    assert.ok(judged > 5_000, `${judged} messages`);
  });

  it("is in no message when it is what the rule objects to", () => {
    const places: readonly (readonly [Path, unknown])[] = [
      [["env"], [{ name: "HF_TOKEN", value: canary }]],
      [["env"], [{ name: "DATABASE", value: `postgres://user:${canary}@db/main` }]],
      [["args"], ["--api-key", canary]],
      [["args"], [`--api-key=${canary}`]],
      [["args"], [`${canary}=AKIAQWERTYUIOPASDFGH`]],
      [["command"], ["sh", "-c", `export DB_PASSWORD='${canary}'; serve`]],
    ];
    for (const [key, value] of places) {
      const [example] = examples;
      assert.ok(example);
      const path = ["spec", "template", "spec", "containers", "0", ...key];
      const stack = withReplaced(example.stack, 0, path, value);
      const reports = rules.flatMap((rule) => reportsOn(rule, { ...example, stack }).flat());
      assert.ok(reports.length > 0, JSON.stringify(value));
      for (const { message } of reports) assert.ok(!message.includes(canary), message);
    }
  });
});
