import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pages } from "../../../cli/pages/index.ts";
import { table } from "../../../cli/pages/markdown.ts";
import { stalePages } from "../../../cli/pages/stale.ts";

describe("Generated pages", () => {
  const root = mkdtempSync(join(tmpdir(), "pages-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  after(() => rmSync(root, { recursive: true }));

  const made = ["a.md", "b/c.md", "d.md"].map((file) => ({ file, render: () => `page ${file}\n` }));

  it("are stale where they are missing or differ", () => {
    write("a.md", "page a.md\n");
    write("b/c.md", "page b/c.md");
    assert.deepEqual(stalePages(root, made), [
      { file: "b/c.md", text: "page b/c.md\n" },
      { file: "d.md", text: "page d.md\n" },
    ]);
  });

  it("have a place of their own and an end of line", () => {
    assert.equal(new Set(pages.map(({ file }) => file)).size, pages.length);
    for (const { file, render } of pages) {
      assert.match(file, /^docs\//);
      assert.match(render(), /[^\n]\n$/, file);
    }
  });

  it("keep a bar within its cell", () => {
    assert.equal(table(["a"], [["x|y"]]), "| a |\n| --- |\n| x\\|y |");
  });
});
