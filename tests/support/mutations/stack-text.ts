/**
 * A stack as YAML documents that can be changed and then written out with the exact place of every change. What a
 * mutation writes stands in the document as a plain word and becomes its raw text last: so no parser has a part in saying
 * where it stands, and the raw text need not be YAML.
 */
import { Document, isMap, isScalar, isSeq, Pair, Scalar, visit, type YAMLMap } from "yaml";
import type { Path } from "../../../platform/spec/path.ts";
import { type Draw, onceIn, upTo } from "./draw.ts";
import { fileOf, type Sample, specFile } from "./sample.ts";

export interface Place {
  readonly file: string;
  readonly path: Path;
}

/** Something that a mutation wrote or marked; `rendered` says where it came to stand. */
export interface Mark {
  /** Text before it that has no part in its place, such as an anchor. */
  readonly lead: string;
  readonly raw: string;
}

export interface StackText {
  readonly documents: ReadonlyMap<string, Document>;
  readonly marks: Mark[];
  /** Names of keys as the sample has them, where a mark stands for them now. */
  readonly keys: WeakMap<Scalar, string>;
  /** What comes after a document. */
  readonly tails: { readonly file: string; readonly mark: Mark }[];
  /** Changes of whole texts that move no line, such as other line ends. */
  readonly finish: ((text: string) => string)[];
}

/** Writes a sample in a random style: flow and block, comments, quotes. */
export function stackText(draw: Draw, { spec, files }: Sample): StackText {
  const services = Object.entries(files).map(([from, file]) => [fileOf(from), file] as const);
  const values: readonly (readonly [string, object])[] = [[specFile, spec], ...services];
  return {
    documents: new Map(values.map(([file, value]) => [file, styled(draw, value)])),
    marks: [],
    keys: new WeakMap(),
    tails: [],
    finish: [],
  };
}

function styled(draw: Draw, value: object): Document {
  const document = new Document(value);
  visit(document, {
    Map: (_, node) => {
      if (node !== document.contents && onceIn(draw, 3)) node.flow = true;
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && onceIn(draw, 12)) key.commentBefore = " größer 模型 🚀";
    },
  });
  if (isMap(document.contents)) move(document.contents, 0, upTo(draw, 5));
  return document;
}

function move(map: YAMLMap, from: number, to: number): void {
  map.items.splice(to, 0, ...map.items.splice(from, 1));
}

/** Puts `raw` where the value at `place` stands, or adds the key with that value. */
export function write(stack: StackText, place: Place, raw: string, lead = ""): Mark {
  const { holder, step } = locate(stack, place);
  const [mark, word] = marked(stack, { lead, raw });
  if (isMap(holder)) {
    const pair = pairIn(stack, holder, step);
    if (pair) pair.value = word;
    else holder.items.push(new Pair(new Scalar(step), word));
  } else holder.setIn([step], word);
  return mark;
}

/** Adds `rawKey: rawValue` to the block at `place` and marks the key. */
export function addKey(stack: StackText, place: Place, rawKey: string, rawValue: string): Mark {
  const [mark, key] = marked(stack, { lead: "", raw: rawKey });
  const [, value] = marked(stack, { lead: "", raw: rawValue });
  blockAt(stack, place).items.push(new Pair(key, value));
  return mark;
}

/** Writes the key at the end of `place` as `raw`, which may be what it is. */
export function writeKey(stack: StackText, place: Place, raw = String(place.path.at(-1))): Mark {
  const pair = pairAt(stack, place);
  const already = stack.marks.find(
    (_, index) => isScalar(pair.key) && pair.key.value === wordOf(index),
  );
  if (already) return already;
  const [mark, word] = marked(stack, { lead: "", raw });
  stack.keys.set(word, String(place.path.at(-1)));
  pair.key = word;
  return mark;
}

/** Takes away the key at the end of `place`, or the list item. */
export function remove(stack: StackText, place: Place): void {
  const block = blockAt(stack, { ...place, path: place.path.slice(0, -1) });
  block.items.splice(block.items.indexOf(pairAt(stack, place)), 1);
}

/** Adds `raw` as the last line of a file. */
export function append(stack: StackText, file: string, raw: string, lead = ""): Mark {
  const mark = { lead, raw };
  stack.tails.push({ file, mark });
  return mark;
}

function marked(stack: StackText, mark: Mark): [Mark, Scalar] {
  stack.marks.push(mark);
  return [mark, new Scalar(wordOf(stack.marks.length - 1))];
}

/** A word that no sample has, plain in every YAML style. */
function wordOf(index: number): string {
  return `ZZ${index}ZZ`;
}

function pairAt(stack: StackText, { file, path }: Place): Pair {
  const pair = pairIn(stack, blockAt(stack, { file, path: path.slice(0, -1) }), path.at(-1));
  if (pair === undefined) throw new Error(`${file} has no ${path.join(".")}`);
  return pair;
}

function pairIn(stack: StackText, block: YAMLMap, step: unknown): Pair | undefined {
  return block.items.find(
    ({ key }) => isScalar(key) && (stack.keys.get(key) ?? key.value) === step,
  );
}

function blockAt(stack: StackText, place: Place): YAMLMap {
  const { holder } = locate(stack, { ...place, path: [...place.path, ""] });
  if (!isMap(holder)) throw new Error(`${place.file} has no block at ${place.path.join(".")}`);
  return holder;
}

/** The block or list that holds the value at `place`. */
function locate(stack: StackText, { file, path }: Place) {
  let holder: unknown = stack.documents.get(file)?.contents;
  for (const step of path.slice(0, -1)) {
    holder = isMap(holder)
      ? pairIn(stack, holder, step)?.value
      : isSeq(holder)
        ? holder.items[Number(step)]
        : undefined;
  }
  if (!isMap(holder) && !isSeq(holder)) throw new Error(`${file} has no ${path.join(".")}`);
  return { holder, step: path.at(-1) };
}

export interface Spot {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface Rendered {
  readonly texts: Readonly<Record<string, string>>;
  readonly spots: ReadonlyMap<Mark, Spot>;
  /** Place of the first key of each file. */
  readonly starts: ReadonlyMap<string, Spot>;
}

/** The files of the stack, and the place of every mark. */
export function rendered(stack: StackText): Rendered {
  const spots = new Map<Mark, Spot>();
  const texts = [...stack.documents].map(([file, document]) => {
    let text = "";
    const add = (mark: Mark) => {
      text += mark.lead;
      const lines = text.split("\n");
      spots.set(mark, { file, line: lines.length, column: (lines.at(-1) ?? "").length + 1 });
      text += mark.raw;
    };
    for (const piece of document.toString({ lineWidth: 0 }).split(/(ZZ\d+ZZ)/)) {
      const mark = stack.marks.find((_, index) => wordOf(index) === piece);
      if (mark) add(mark);
      else text += piece;
    }
    for (const tail of stack.tails.filter((tail) => tail.file === file)) {
      add(tail.mark);
      text += "\n";
    }
    return [file, stack.finish.reduce((done, change) => change(done), text)] as const;
  });
  return {
    texts: Object.fromEntries(texts),
    spots,
    starts: new Map(texts.map(([file, text]) => [file, startOf(file, text)])),
  };
}

function startOf(file: string, text: string): Spot {
  const before = text.split("\n").findIndex((line) => /^\uFEFF?[^#\s]/.test(line));
  return { file, line: before + 1, column: 1 };
}
