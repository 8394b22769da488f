/** Finds what looks like a secret anywhere in a file: in values, keys, comments, and where the YAML is broken. */
import { secretForm } from "../facts/secrets.ts";
import type { Issue, Position } from "../issue.ts";
import { type Path, pathText } from "./path.ts";
import type { Source } from "./source.ts";

/** The secrets of a file. Most have none, which one look at all of it tells. */
export function secretIssues(source: Source): readonly Issue[] {
  const all = [source.text, ...source.texts.map(({ text }) => text)].join("\n");
  return secretForm(all) === undefined ? [] : each(source);
}

function each(source: Source): readonly Issue[] {
  const inTexts = source.texts.flatMap(({ path, text, start }) =>
    issueOf(text, source.position(start), path),
  );
  const inRest = restOf(source).flatMap((line, index) =>
    issueOf(line, { file: source.file, line: index + 1, column: columnOf(line) }, []),
  );
  return [...inTexts, ...inRest];
}

function issueOf(text: string, at: Position, path: Path): readonly Issue[] {
  const form = secretForm(text);
  if (form === undefined) return [];
  return [
    {
      code: "secret-in-spec",
      at,
      path: pathText(path),
      problem: `holds what looks like a secret (${form}; not shown)`,
      allowed: "secrets never stand in these files",
      fix: "remove it, treat it as leaked and replace it at its issuer; a service names a secret, it does not hold one",
    },
  ];
}

/** The lines of the file with spaces in place of the texts, which were judged as what they mean. */
function restOf({ text, texts }: Source): readonly string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const place of texts.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(end, place.start), blank(text.slice(place.start, place.end)));
    end = Math.max(end, place.end);
  }
  return [...pieces, text.slice(end)].join("").split("\n");
}

/** Where the comment of a line begins. */
function columnOf(line: string): number {
  return Math.max(line.indexOf("#"), 0) + 1;
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}
