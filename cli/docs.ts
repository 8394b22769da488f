/** `npm run docs`: writes the pages that are made from schema, facts and rules, or finds those that fell behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../embedded/failure.ts";
import { checkoutRoot } from "../embedded/paths.ts";
import { main } from "./command.ts";
import { pages } from "./pages/index.ts";
import { stalePages } from "./pages/stale.ts";

await main({
  usage: "npm run docs [-- --check]",
  help: `Writes the generated pages: ${pages.map(({ file }) => file).join(", ")}.
With --check it writes nothing and fails when one of them is not what it would write.`,
  options: { check: { type: "boolean" } },
  run: ({ values }) => (values.check ? checkPages() : writePages()),
});

async function writePages(): Promise<void> {
  for (const { file, text } of stalePages(checkoutRoot, pages)) {
    mkdirSync(dirname(join(checkoutRoot, file)), { recursive: true });
    writeFileSync(join(checkoutRoot, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
}

async function checkPages(): Promise<void> {
  const stale = stalePages(checkoutRoot, pages).map(({ file }) => file);
  if (stale.length === 0) return;
  throw new Failure(
    `not what it is generated from: ${stale.join(", ")}\nfix: npm run docs, and commit the result`,
  );
}
