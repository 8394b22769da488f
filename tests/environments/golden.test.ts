import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot } from "../../embedded/paths.ts";
import { specFileOf, stackNames } from "../../platform/spec/pointer.ts";
import { build } from "../../stacks/build.ts";
import { planStack } from "../../stacks/plan.ts";
import { record, resourceList } from "../support/record.ts";
import { siteWithRealNode } from "../support/small-stack.ts";

/**
 * Every stack planned and built whole. A changed line is a renamed, moved, added or removed resource: renames need an
 * `aliases` entry. `UPDATE_GOLDEN=1` writes the lists anew; the diff is for review.
 */
describe("Resources of", () => {
  for (const stack of stackNames(checkoutRoot)) {
    it(`${stack} are those of its golden list, in a preview and in a real run`, async () => {
      const plan = planStack(checkoutRoot, specFileOf(checkoutRoot, stack));
      const lists = [await listOf(plan, true), await listOf(plan, false)];
      const file = join(import.meta.dirname, "golden", `${stack}.txt`);
      if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, lists[0] ?? "");
      const golden = readFileSync(file, "utf8");
      for (const list of lists) assert.equal(list, golden);
    });
  }

  it("local on a real node are the same but for the simulated nodes of its pool", async () => {
    const plan = planStack(checkoutRoot, specFileOf(checkoutRoot, "local"), siteWithRealNode);
    const golden = readFileSync(join(import.meta.dirname, "golden", "local.txt"), "utf8");
    const expected = golden.replace("local:index:NodePool cpu-nodes <- cpu\n", "");
    assert.notEqual(expected, golden);
    for (const preview of [true, false]) assert.equal(await listOf(plan, preview), expected);
  });
});

async function listOf(plan: Parameters<typeof build>[0], preview: boolean): Promise<string> {
  const resources = await record(() => build(plan), preview);
  return `${resourceList(resources).toSorted().join("\n")}\n`;
}
