import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIssue, type Issue } from "../../../platform/issue.ts";
import { type Planned, plan } from "../../../platform/plan/index.ts";
import { loadFrom } from "../../../platform/spec/load.ts";
import { pathText } from "../../../platform/spec/path.ts";
import { anyPlatformSchema, anyServiceSchema } from "../../../platform/spec/schema.ts";
import { parseSource } from "../../../platform/spec/source.ts";
import { operators } from "../../support/mutations/index.ts";
import { type Expected, type Mutated, mutated } from "../../support/mutations/mutated.ts";
import { specFile } from "../../support/mutations/sample.ts";

const mutants = 5000;

describe("mutated specs", () => {
  it(`are refused for exactly what is wrong, at its place, ${mutants} times`, function () {
    this.timeout(60_000);
    const split = { passShape: 0, planned: 0 };
    const applied = new Map(operators.map(({ name }) => [name, 0]));
    const property = fc.property(fc.gen(), (draw) => {
      const stack = mutated(draw);
      const planned = planOf(stack);
      judge(stack, planned);
      split.passShape += passesShape(stack) ? 1 : 0;
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

function planOf({ texts }: Mutated): Planned {
  const services = Object.keys(texts).flatMap(
    (file) => /^services\/(.+)\.yaml$/.exec(file)?.[1] ?? [],
  );
  return plan(
    loadFrom(specFile, (file) => (Object.hasOwn(texts, file) ? texts[file] : undefined), services),
  );
}

function passesShape({ texts }: Mutated): boolean {
  return Object.entries(texts).every(([file, text]) => {
    const { value, issues } = parseSource(file, text);
    const schema = file === specFile ? anyPlatformSchema : anyServiceSchema;
    return issues.length === 0 && schema.safeParse(value).success;
  });
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
