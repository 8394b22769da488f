/** `npm run docs`: writes the pages that are made from schema, facts and rules, or finds those that fell behind. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../embedded/failure.ts";
import { checkoutRoot } from "../embedded/paths.ts";
import { main } from "./command.ts";
import { type Page, pages } from "./pages/index.ts";

await main({
  usage: "npm run docs [-- --check]",
  help: `Writes the generated pages: ${pages.map(({ file }) => file).join(", ")}.
With --check it writes nothing and fails when one of them is not what it would write.`,
  options: { check: { type: "boolean" } },
  run: ({ values }) => (values.check ? checkPages() : writePages()),
});

async function writePages(): Promise<void> {
  for (const { file, text } of stalePages()) {
    mkdirSync(dirname(join(checkoutRoot, file)), { recursive: true });
    writeFileSync(join(checkoutRoot, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
}

async function checkPages(): Promise<void> {
  const stale = stalePages().map(({ file }) => file);
  if (stale.length === 0) return;
  throw new Failure(
    `not what it is generated from: ${stale.join(", ")}\nfix: npm run docs, and commit the result`,
  );
}

/** The pages that differ from what they are made from. */
function stalePages(): readonly { file: Page["file"]; text: string }[] {
  return pages
    .map(({ file, render }) => ({ file, text: render() }))
    .filter(({ file, text }) => committed(file) !== text);
}

function committed(file: string): string | undefined {
  try {
    return readFileSync(join(checkoutRoot, file), "utf8");
  } catch {
    return undefined;
  }
}
