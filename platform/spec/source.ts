/** A YAML file that knows where each of its values stands. */
import { type ErrorCode, LineCounter, parseDocument } from "yaml";
import type { Issue, Position } from "../issue.ts";
import { type Path, pathText } from "./path.ts";
import { type Flaw, readTree, type TextPlace, type Tree } from "./tree.ts";

export interface Source {
  /** Path below the checkout. */
  readonly file: string;
  readonly text: string;
  /** What the file says as plain data; `undefined` when its syntax is broken. */
  readonly value: unknown;
  /** The same as far as it can be made out where the syntax is broken: tells which other files to read, no more. */
  readonly remains: unknown;
  readonly issues: readonly Issue[];
  /** Every text in the file, keys included, in order. */
  readonly texts: readonly TextPlace[];
  /** Position of the value at `path`, or of the nearest thing around it that exists. */
  at(path: Path): Position;
  /** Position of the key at the end of `path`, or of the nearest thing around it that exists. */
  keyAt(path: Path): Position;
  /** Position of the character at `offset` of the text. */
  position(offset: number): Position;
  /** The value as written, for example `1.30` where the number is 1.3. */
  written(path: Path): string | undefined;
}

/** Longer files can take a YAML parser minutes; a thousand services take a third of this. */
const mostLetters = 256 * 1024;

/** Reads `text`, the content of `file`. Never throws: what is not YAML becomes issues. */
export function parseSource(file: string, text: string): Source {
  if (text.length > mostLetters) return tooLarge(file, text);
  const body = text.replace(/^\uFEFF/, "");
  const lines = new LineCounter();
  const document = parseDocument(body, {
    lineCounter: lines,
    prettyErrors: false,
    schema: "core", // whatever a %YAML line says, or `no` would be false to some and a text to others
    stringKeys: true, // keys as written
    uniqueKeys: false, // the parser compares each key with all before it; the tree has a quicker way
    resolveKnownTags: false,
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tree = readTree(document.contents);
  const slips = [...document.errors, ...document.warnings].map(({ code, message, pos }) =>
    syntaxIssue(position(pos[0]), plainWords[code] ?? message),
  );
  const flaws = tree.flaws.map((flaw) => flawIssue(flaw, position));
  const issues = [...slips, ...flaws];
  const broken = issues.some(({ code }) => code === "yaml-syntax");
  return {
    file,
    text: body,
    value: broken ? undefined : tree.value,
    remains: tree.value,
    issues: onePerLine(issues),
    texts: tree.texts,
    position,
    ...places(tree, position),
  };
}

/** In place of messages that speak to the parser's user. */
const plainWords: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: "a second document begins here",
  NON_STRING_KEY: "a key is a text, not a block, a list or an alias",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
};

function places(tree: Tree, position: (offset: number) => Position) {
  return {
    at: (path: Path) => position(tree.find(path).value),
    keyAt: (path: Path) => position(tree.find(path).key),
    written: (path: Path) => tree.find(path).written,
  };
}

function tooLarge(file: string, text: string): Source {
  const start = { file, line: 1, column: 1 };
  const issue: Issue = {
    code: "file-too-large",
    at: start,
    path: "",
    problem: `got ${Math.ceil(text.length / 1024)} KiB`,
    allowed: `a file has at most ${mostLetters / 1024} KiB`,
    fix: "split it: a stack of its own for some of the services",
  };
  return { ...parseSource(file, ""), text, value: undefined, issues: [issue] };
}

function flawIssue(flaw: Flaw, position: (offset: number) => Position): Issue {
  if (flaw.kind === "alias") return syntaxIssue(position(flaw.offset), flaw.problem);
  const at = position(flaw.offset);
  const path = pathText(flaw.path);
  const shown = JSON.stringify(flaw.path.at(-1));
  if (flaw.kind === "reserved") {
    return {
      code: "bad-format",
      at,
      path,
      problem: `the key ${shown} means something else to JavaScript`,
      allowed: "any other key is",
      fix: "rename it",
    };
  }
  return {
    code: "duplicate-key",
    at,
    path,
    problem: `${shown} stands here again, first on line ${position(flaw.first).line}`,
    allowed: "a key stands once in its block",
    fix: "keep one of the two",
  };
}

function syntaxIssue(at: Position, message: string): Issue {
  return {
    code: "yaml-syntax",
    at,
    path: "",
    problem: `this is not YAML: ${message.split("\n")[0]}`,
    allowed: "one document of YAML 1.2 without tags is",
    fix: "mend the line; an editor with a YAML language server shows the place",
  };
}

/** What a parser says of the rest of a line follows from its first slip. */
function onePerLine(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Set<number>();
  return issues.filter(({ code, at }) => {
    if (code !== "yaml-syntax") return true;
    const first = !seen.has(at.line);
    seen.add(at.line);
    return first;
  });
}
