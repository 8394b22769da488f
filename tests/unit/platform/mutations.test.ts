import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { formatIssue, type Issue } from "../../../platform/issue.ts";
import { type Planned, plan } from "../../../platform/plan/index.ts";
import { serviceJsonSchema, stackJsonSchema } from "../../../platform/spec/json-schema.ts";
import { type Loaded, loadFrom } from "../../../platform/spec/load.ts";
import { pathText } from "../../../platform/spec/path.ts";
import { anyPlatformSchema, anyServiceSchema } from "../../../platform/spec/schema.ts";
import { draws } from "../../support/mutations/draw.ts";
import { operators } from "../../support/mutations/index.ts";
import { type Expected, type Mutated, mutated } from "../../support/mutations/mutated.ts";
import { specFile } from "../../support/mutations/sample.ts";

const mutants = 5000;

describe("mutated specs", () => {
  it(`are refused for what is wrong with them, at its place, by the parser as by the editor's schema: ${mutants} of them`, function () {
    this.timeout(120_000);
    const split = { passShape: 0, planned: 0 };
    const applied = new Map(operators.map(({ name }) => [name, 0]));
    const property = fc.property(draws, (draw) => {
      const stack = mutated(draw);
      const loaded = load(stack);
      const planned = plan(loaded);
      judge(stack, planned);
      compare(loaded);
      split.passShape += passesShape(loaded) ? 1 : 0;
      split.planned += planned.plan ? 1 : 0;
      for (const { name } of stack.operators) applied.set(name, (applied.get(name) ?? 0) + 1);
    });
    fc.assert(property, { numRuns: mutants });

    const share = (count: number) => `${((100 * count) / mutants).toFixed(1)} %`;
    console.log(
      `      ${operators.length} operators; ${share(split.passShape)} pass the shape, ${share(split.planned)} end in a plan`,
    );
    assert.ok(split.passShape >= 0.3 * mutants, `${split.passShape} pass the shape`);
    assert.ok(split.planned >= 0.1 * mutants, `${split.planned} end in a plan`);
    const rare = [...applied].filter(([, count]) => count < 10);
    assert.deepEqual(rare, [], "every operator is applied");
  });
});

function load({ texts }: Mutated): Loaded {
  const services = Object.keys(texts).flatMap(
    (file) => /^services\/(.+)\.yaml$/.exec(file)?.[1] ?? [],
  );
  const read = (file: string) => (Object.hasOwn(texts, file) ? texts[file] : undefined);
  return loadFrom(specFile, read, services);
}

/** Whether parser and schema find nothing wrong with any file. */
function passesShape(loaded: Loaded): boolean {
  return sourcesOf(loaded).every(
    ({ source, schema }) => source.issues.length === 0 && schema.safeParse(source.value).success,
  );
}

function sourcesOf({ draft }: Loaded) {
  const spec = { source: draft.source, schema: anyPlatformSchema, editor: editors.stack };
  const files = [...draft.services.values()].flatMap(({ file }) => file ?? []);
  return [
    spec,
    ...files.map(({ source }) => ({ source, schema: anyServiceSchema, editor: editors.service })),
  ];
}

const ajv = new Ajv2020({ keywords: ["errorMessage"] });
const editors = {
  stack: ajv.compile(stackJsonSchema()),
  service: ajv.compile(serviceJsonSchema()),
};

/** What is YAML at all, an editor's schema accepts if and only if the parser does. */
function compare(loaded: Loaded): void {
  for (const { source, schema, editor } of sourcesOf(loaded)) {
    if (source.value === undefined) continue;
    assert.equal(editor(source.value), schema.safeParse(source.value).success, source.text);
  }
}

function judge(stack: Mutated, { issues, plan: made }: Planned): void {
  const report = () =>
    `${stack.operators.map(({ name }) => name).join(" + ")}\n${issues.map(formatIssue).join("\n")}\n${Object.entries(
      stack.texts,
    )
      .map(([file, text]) => `--- ${file}\n${text}`)
      .join("\n")}`;
  for (const expected of stack.expected) {
    assert.ok(
      issues.some((issue) => isWanted(issue, expected)),
      `no ${wanted(expected)}\n${report()}`,
    );
  }
  const codes = stack.operators.flatMap(({ code, also = [] }) => [code, ...also]);
  const others = issues.filter(({ code }) => !codes.includes(code));
  assert.deepEqual(others, [], `follows from nothing\n${report()}`);
  assert.equal(made === undefined, stack.expected.length > 0, report());
  for (const issue of issues) judgeIssue(issue, stack);
}

function isWanted(issue: Issue, { operator, path, spot, fix = "", anyColumn }: Expected): boolean {
  return (
    issue.code === operator.code &&
    issue.path === pathText(path) &&
    issue.at.file === spot.file &&
    issue.at.line === spot.line &&
    (anyColumn || issue.at.column === spot.column) &&
    issue.fix.includes(fix)
  );
}

function wanted({ operator, path, spot, fix }: Expected): string {
  const { file, line, column } = spot;
  return `${operator.code} at ${file}:${line}:${column} ${pathText(path)}, fix ${fix}`;
}

function judgeIssue(issue: Issue, { texts, secrets }: Mutated): void {
  const { at, problem, allowed, fix } = issue;
  const message = formatIssue(issue);
  for (const part of [problem, allowed, fix]) assert.notEqual(part.trim(), "", message);
  const line = texts[at.file]?.split("\n")[at.line - 1];
  assert.ok(line !== undefined && at.column >= 1 && at.column <= line.length + 1, message);
  for (const secret of secrets) assert.ok(!message.includes(secret), message);
}
