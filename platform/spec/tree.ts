/**
 * The values of a YAML document with their places. Own code rather than the parser's, because that one turns keys of any
 * kind into text, makes a loop of an alias inside its own anchor, and unfolds many aliases in quadratic time.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Path } from "./path.ts";

/** A text, or a key, and the offsets it stands between. */
export interface TextPlace {
  readonly path: Path;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What the parser lets pass and a file must not have. */
export type Flaw = { readonly offset: number } & (
  | { readonly kind: "alias"; readonly problem: string }
  | { readonly kind: "duplicate"; readonly path: Path; readonly first: number }
  | { readonly kind: "reserved"; readonly path: Path }
);

export interface Tree {
  readonly value: unknown;
  readonly texts: readonly TextPlace[];
  readonly flaws: readonly Flaw[];
  /** The place of the value at `path`, or of the nearest around it that exists. */
  readonly find: (path: Path) => Place;
}

interface Place {
  /** Offset of the value. */
  readonly value: number;
  /** Offset of its key, where it has one. */
  readonly key: number;
  /** The value as written, where it is neither block nor list. */
  readonly written: string | undefined;
}

/** A value with what is in it. */
interface Branch {
  readonly offset: number;
  readonly value: unknown;
  readonly written?: string | undefined;
  readonly twigs: ReadonlyMap<string, Twig>;
  /** Number of values in it, aliases unfolded. */
  readonly weight: number;
}

interface Twig {
  /** Offset of the key. */
  readonly key: number;
  readonly branch: Branch;
}

interface Reading {
  readonly texts: TextPlace[];
  readonly flaws: Flaw[];
  /** What each anchor stands for; nothing yet while the reader is inside it. */
  readonly anchors: Map<string, Branch | undefined>;
  /** Number of values that aliases have stood for. */
  unfolded: number;
}

/** The values that all aliases of a file may stand for together: a pool's settings for some hundred pools. */
const mostUnfolded = 10_000;

/** Reads a parsed document; one without content is `null`. */
export function readTree(root: ParsedNode | null): Tree {
  const reading: Reading = { texts: [], flaws: [], anchors: new Map(), unfolded: 0 };
  const branch = read(root, 0, [], reading);
  return { ...reading, value: branch.value, find: (path) => find(branch, path) };
}

/** @param start offset to give a value that is not there, as in `{ a }` */
function read(node: ParsedNode | null, start: number, path: Path, reading: Reading): Branch {
  if (node === null) return nothing(start);
  if (isAlias(node)) return unfold(node, reading);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, undefined);
  const branch = isMap(node)
    ? readBlock(node, path, reading)
    : isSeq(node)
      ? readList(node, path, reading)
      : readScalar(node, path, reading);
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, branch);
  return branch;
}

function nothing(offset: number): Branch {
  return { offset, value: null, twigs: new Map(), weight: 1 };
}

function readScalar(node: Scalar.Parsed, path: Path, { texts }: Reading): Branch {
  const { value, source: written } = node;
  const [start, end] = node.range;
  if (typeof value === "string") texts.push({ path, text: value, start, end });
  return { ...nothing(start), value, written };
}

function readList(node: YAMLSeq.Parsed, path: Path, reading: Reading): Branch {
  const twigs = new Map<string, Twig>();
  for (const [index, item] of node.items.entries()) {
    const branch = read(item, item.range[0], [...path, index], reading);
    twigs.set(String(index), { key: branch.offset, branch });
  }
  return { ...nothing(node.range[0]), value: values(twigs), twigs, weight: weightOf(twigs) };
}

function readBlock(node: YAMLMap.Parsed, path: Path, reading: Reading): Branch {
  const twigs = new Map<string, Twig>();
  for (const { key: name, value } of node.items) {
    const [offset, end] = name.range;
    const key = isScalar(name) ? String(name.value) : ""; // the parser has refused other keys
    const here = [...path, key];
    reading.texts.push({ path: here, text: key, start: offset, end });
    const twig = { key: offset, branch: read(value, offset, here, reading) };
    const first = twigs.get(key)?.key;
    if (first !== undefined) reading.flaws.push({ kind: "duplicate", path: here, offset, first });
    else if (key === "__proto__") reading.flaws.push({ kind: "reserved", path: here, offset });
    else twigs.set(key, twig);
  }
  const value = Object.fromEntries([...twigs].map(([key, { branch }]) => [key, branch.value]));
  return { ...nothing(node.range[0]), value, twigs, weight: weightOf(twigs) };
}

function values(twigs: Branch["twigs"]): readonly unknown[] {
  return [...twigs.values()].map(({ branch }) => branch.value);
}

function weightOf(twigs: Branch["twigs"]): number {
  return [...twigs.values()].reduce((sum, { branch }) => sum + branch.weight, 1);
}

function unfold({ source: name, range }: Alias.Parsed, reading: Reading): Branch {
  const [offset] = range;
  const branch = reading.anchors.get(name);
  reading.unfolded += branch?.weight ?? 0;
  const problem =
    branch === undefined
      ? `*${name} stands where &${name} is not known yet`
      : reading.unfolded > mostUnfolded && `the aliases unfold to over ${mostUnfolded} values`;
  if (problem) reading.flaws.push({ kind: "alias", problem, offset });
  return branch && !problem ? { ...branch, offset } : nothing(offset);
}

/** Walks down `path` as far as the file goes. */
function find(root: Branch, path: Path): Place {
  let at: Twig = { key: root.offset, branch: root };
  for (const step of path) {
    const next = at.branch.twigs.get(String(step));
    if (next === undefined) return { value: at.branch.offset, key: at.key, written: undefined };
    at = next;
  }
  return { value: at.branch.offset, key: at.key, written: at.branch.written };
}
