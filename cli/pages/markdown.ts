/** Parts of a generated page. */

/** The first lines of a page that nobody edits. */
export function heading(title: string, from: string): string {
  return `# ${title}\n\n<!-- Generated from ${from} by \`npm run docs\`: change it there. -->`;
}

/** A table; a cell may hold any text of one line. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Blocks with an empty line between them. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.join("\n\n")}\n`;
}
