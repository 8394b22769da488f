import assert from "node:assert/strict";
import { formatIssue } from "../../../../platform/issue.ts";
import type { Path } from "../../../../platform/spec/path.ts";
import { parseSource } from "../../../../platform/spec/source.ts";

const file = "stacks/x.yaml";

/** Places in a text: of the value and of the key at a path, as `line:column`. */
const places: readonly {
  readonly title: string;
  readonly text: string;
  readonly path: Path;
  readonly value: string;
  readonly key: string;
}[] = [
  { title: "a value in a block", text: "a:\n  b: 1\n", path: ["a", "b"], value: "2:6", key: "2:3" },
  { title: "a block", text: "a:\n  b: 1\n", path: ["a"], value: "2:3", key: "1:1" },
  {
    title: "a value in a flow map",
    text: "a: { b: 1, c: 2 }\n",
    path: ["a", "c"],
    value: "1:15",
    key: "1:12",
  },
  { title: "a flow map", text: "a: { b: 1 }\n", path: ["a"], value: "1:4", key: "1:1" },
  {
    title: "a flow map of several lines",
    text: "a: {\n  b: 1,\n  c:\n    2 }\n",
    path: ["a", "c"],
    value: "4:5",
    key: "3:3",
  },
  {
    title: "an item of a list",
    text: "a:\n  - x\n  - y\n",
    path: ["a", 1],
    value: "3:5",
    key: "3:5",
  },
  {
    title: "a value in a list of blocks",
    text: "a:\n  - b: 1\n    c: 2\n",
    path: ["a", 0, "c"],
    value: "3:8",
    key: "3:5",
  },
  {
    title: "a value after comments",
    text: "# one\n\na: # two\n  # three\n  b: 1 # four\n",
    path: ["a", "b"],
    value: "5:6",
    key: "5:3",
  },
  {
    title: "a value in lines that end as on Windows",
    text: "a:\r\n  b: 1\r\n  c: 2\r\n",
    path: ["a", "c"],
    value: "3:6",
    key: "3:3",
  },
  {
    title: "a value on the first line after a byte order mark",
    text: "\uFEFFa: 1\n",
    path: ["a"],
    value: "1:4",
    key: "1:1",
  },
  {
    title: "a value after letters outside ASCII",
    text: 'a: { "größe": 1, b: 2 }\n',
    path: ["a", "b"],
    value: "1:21",
    key: "1:18",
  },
  {
    title: "a quoted key",
    text: "\"a\": { 'b': 1 }\n",
    path: ["a", "b"],
    value: "1:13",
    key: "1:8",
  },
  {
    title: "a key that YAML would take for a number",
    text: "1.0: x\n2: y\n",
    path: ["1.0"],
    value: "1:6",
    key: "1:1",
  },
  { title: "a value with an anchor", text: "a: &x 1\n", path: ["a"], value: "1:7", key: "1:1" },
  { title: "an alias", text: "a: &x { b: 1 }\nc: *x\n", path: ["c"], value: "2:4", key: "2:1" },
  {
    title: "a value behind an alias, which stands at the anchor",
    text: "a: &x { b: 1 }\nc: *x\n",
    path: ["c", "b"],
    value: "1:12",
    key: "1:9",
  },
  { title: "an empty value", text: "a:\nb: 1\n", path: ["a"], value: "1:3", key: "1:1" },
  {
    title: "an empty value in a flow map",
    text: "{ a, b: 1 }\n",
    path: ["a"],
    value: "1:3",
    key: "1:3",
  },
  {
    title: "what is not there, at what is nearest",
    text: "a:\n  b: 1\n",
    path: ["a", "c", "d"],
    value: "2:3",
    key: "1:1",
  },
  {
    title: "what is not there at all",
    text: "# nothing\n\na: 1\n",
    path: ["b"],
    value: "3:1",
    key: "3:1",
  },
  {
    title: "an item beyond the end of a list",
    text: "a: [x]\n",
    path: ["a", 7],
    value: "1:4",
    key: "1:1",
  },
  {
    title: "what no object has of its own",
    text: "a: { b: 1 }\n",
    path: ["a", "constructor"],
    value: "1:4",
    key: "1:1",
  },
  { title: "anything in an empty file", text: "", path: ["a"], value: "1:1", key: "1:1" },
];

describe("a source", () => {
  for (const { title, text, path, value, key } of places) {
    it(`knows the place of ${title}`, () => {
      const source = parseSource(file, text);
      const shown = ({ line, column }: { line: number; column: number }) => `${line}:${column}`;
      assert.equal(shown(source.at(path)), value);
      assert.equal(shown(source.keyAt(path)), key);
      assert.equal(source.at(path).file, file);
    });
  }

  for (const [text, written] of [
    ["a: 1.30", "1.30"],
    ["a: 0x10", "0x10"],
    ['a: "1.30"', "1.30"],
    ["a: [1]", undefined],
    ["b: 1", undefined],
  ] as const) {
    it(`knows that ${text} has written ${written}`, () => {
      assert.equal(parseSource(file, text).written(["a"]), written);
    });
  }

  const values: readonly (readonly [string, unknown])[] = [
    ["", null],
    ["# nothing\n", null],
    ["a: yes\nb: 1_000\nc: 2027-01-31\n", { a: "yes", b: "1_000", c: "2027-01-31" }],
    ["%YAML 1.1\n---\na: yes\n", { a: "yes" }],
    [
      "a: .inf\nb: ~\nc: 1e3\nd: TRUE\n",
      { a: Number.POSITIVE_INFINITY, b: null, c: 1000, d: true },
    ],
    ["{ a, b: }\n", { a: null, b: null }],
    ["a: &x [1]\nb: [*x, *x]\n", { a: [1], b: [[1], [1]] }],
    ["<<: { a: 1 }\n1: x\n~: y\n", { "<<": { a: 1 }, "1": "x", "~": "y" }],
    ["constructor: 1\ntoString: 2\n", { constructor: 1, toString: 2 }],
    ["a: !!str 1\n", { a: "1" }],
  ];
  for (const [text, value] of values) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const source = parseSource(file, text);
      assert.deepEqual(source.issues, []);
      assert.deepEqual(source.value, value);
    });
  }

  it("reads the first of keys that stand twice, and judges the rest", () => {
    const source = parseSource(file, "a: 1\nb: 2\na: 3\n1: x\n'1': y\n");
    assert.deepEqual(source.value, { a: 1, b: 2, "1": "x" });
    assert.deepEqual(
      source.issues.map(({ code, at, path }) => [code, at.line, path]),
      [
        ["duplicate-key", 3, "a"],
        ["duplicate-key", 5, "1"],
      ],
    );
  });

  it("leaves out a key that would change the object itself", () => {
    const source = parseSource(file, "__proto__: { polluted: true }\na: 1\n");
    assert.deepEqual(Object.entries(source.value ?? {}), [["a", 1]]);
    assert.equal(Reflect.get(source.value ?? {}, "polluted"), undefined);
    assert.deepEqual(
      source.issues.map(({ code, path }) => [code, path]),
      [["bad-format", "__proto__"]],
    );
  });

  it("has no value when its syntax is broken, and keeps what can be made out", () => {
    const source = parseSource(file, "a: 1\nb: *nothing\n");
    assert.equal(source.value, undefined);
    assert.deepEqual(source.remains, { a: 1, b: null });
  });

  for (const [title, text, line] of [
    ["a map in a map on one line", "a: b: c", 1],
    ["a list that does not end", "a: 1\nb: [1, 2\n", 3],
    ["a text that does not end", 'a: 1\nb: "x\n', 3],
    ["a tab for indentation", "a:\n\tb: 1\n", 2],
    ["a character that YAML reserves", "a: 1\n@b: 2\n", 2],
    ["a tag", "a: 1\nb: !vault x\n", 2],
    ["bytes", "a: 1\nb: !!binary aGk=\n", 2],
    ["a second document", "a: 1\n---\nb: 2\n", 2],
    ["a key that is a list", "a: 1\n? [b]\n: 2\n", 2],
    ["a key that is an alias", "a: &x b\n*x : 2\n", 2],
    ["an alias before its anchor", "a: *x\nb: &x 1\n", 1],
    ["an alias inside its own anchor", "a: 1\nb: &x { c: *x }\n", 2],
  ] as const) {
    it(`refuses ${title} where it stands`, () => {
      const { issues } = parseSource(file, text);
      assert.deepEqual(
        issues.map(({ code, at }) => [code, at.line]),
        [["yaml-syntax", line]],
      );
    });
  }

  it("says one thing of a line, since the rest follows from it", () => {
    const lines = parseSource(file, "a: [[[[\n").issues.map(({ at }) => at.line);
    assert.deepEqual(lines, [...new Set(lines)]);
  });
});

describe("a hostile source", () => {
  // Mocha keeps whole stacks, which makes running out of stack ten times slower than it is for users.
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 10;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  /** Seconds that a file of the largest size may take on a busy machine; what is quadratic takes minutes. */
  const most = 20;
  const size = 256 * 1024;
  const full = (piece: string) => piece.repeat(Math.floor(size / piece.length));
  const numbered = (make: (index: number) => string) =>
    Array.from({ length: 12_000 }, (_, index) => make(index));

  const hostile: Readonly<Record<string, string>> = {
    "lists without end": "[".repeat(20_000),
    "blocks without end": "{ a: ".repeat(10_000),
    "items without end": "- ".repeat(20_000),
    "keys without end": "? ".repeat(20_000),
    "blocks in blocks": Array.from({ length: 900 }, (_, depth) => `${" ".repeat(depth)}a:`).join(
      "\n",
    ),
    "unknown keys": numbered((index) => `key${index}: 1`).join("\n"),
    "the same key": full("a: 1\n"),
    "anchors and aliases": `[${numbered((index) => `&a${index} x, *a${index}`)
      .join(", ")
      .slice(0, size - 100)}]`,
    "aliases of one anchor": `[&a x, ${full("*a,").slice(0, size - 100)}]`,
    "aliases of aliases": `a0: &a0 [x, x]\n${Array.from({ length: 100 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`).join("\n")}`,
    "one long text": `a: ${full("x").slice(100)}`,
    "one long comment": `#${full("x").slice(100)}`,
    "closing brackets": "]".repeat(20_000),
    "no text at all": full("\0"),
    "blank lines": "\n".repeat(50_000),
  };

  for (const [title, text] of Object.entries(hostile)) {
    it(`of ${title} is read or refused in seconds`, function () {
      this.timeout(most * 3000);
      const started = performance.now();
      const { issues, value } = parseSource(file, text);
      assert.ok(value !== undefined || issues.length > 0);
      for (const issue of issues.slice(0, 10))
        assert.match(formatIssue(issue), /^stacks\/x\.yaml:\d+:\d+ /);
      assert.ok(performance.now() - started < most * 1000);
    });
  }

  it("of two megabytes is refused unread", () => {
    const source = parseSource(file, "a: 1\n".repeat(400_000));
    assert.deepEqual(
      source.issues.map(({ code, problem }) => [code, problem]),
      [["file-too-large", "got 1954 KiB"]],
    );
    assert.equal(source.value, undefined);
  });
});
