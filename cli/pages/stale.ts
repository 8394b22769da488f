import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "./index.ts";

/** The pages below `root` that differ from what they are made from, with what they should be. */
export function stalePages(
  root: string,
  pages: readonly Page[],
): readonly { readonly file: string; readonly text: string }[] {
  return pages
    .map(({ file, render }) => ({ file, text: render() }))
    .filter(({ file, text }) => written(join(root, file)) !== text);
}

function written(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
