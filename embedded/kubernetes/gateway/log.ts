/** What a gateway writes about its work: a line for its start and one for each failure, never what it carries. */
export type Log = (line: string) => void;

/** Writes a line, with the time, to standard error. */
export function logToStderr(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[^\x20-\x7e]+/g, " ");
}
