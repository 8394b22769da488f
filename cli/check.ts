/** `npm run check`: everything about the code that can be judged without running it. */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../embedded/failure.ts";
import { checkoutRoot } from "../embedded/paths.ts";
import { main } from "./command.ts";
import { printedProgress } from "./progress.ts";

interface Check {
  readonly title: string;
  /** Program and arguments, run in the checkout. */
  readonly command: readonly [string, ...string[]];
  /** What mends most of its findings. */
  readonly fix: string;
}

const folders = [
  "cli",
  "stacks",
  "components",
  "policies",
  "embedded",
  "platform",
  "tests",
  "bench",
];

const checks: readonly Check[] = [
  { title: "types", command: ["tsc"], fix: "mend the types" },
  {
    title: "type-aware lint",
    command: [
      "eslint",
      "--cache",
      "--cache-location=node_modules/.cache/eslint/",
      "--max-warnings=0",
      ".",
    ],
    fix: "see eslint.config.js for the reason of a rule",
  },
  {
    title: "format and lint",
    command: ["biome", "ci", "--error-on-warnings", "--colors=off", "."],
    fix: "npx biome check --write .",
  },
  {
    title: "layers",
    command: ["depcruise", "--config=.dependency-cruiser.cjs", ...folders],
    fix: "imports point down: see .dependency-cruiser.cjs",
  },
  { title: "dead code", command: ["knip"], fix: "remove what nobody uses" },
  {
    title: "generated pages",
    command: [process.execPath, "cli/boot.cjs", "docs", "--check"],
    fix: "npm run docs",
  },
];

await main({
  usage: "npm run check",
  help: `Runs every check at once: ${checks.map(({ title }) => title).join(", ")}. Prints what the failing ones say.`,
  options: {},
  run: runChecks,
});

async function runChecks(): Promise<void> {
  const results = await Promise.all(checks.map(runCheck));
  const failed = results.filter((result) => !result.ok);
  const texts = failed.map(
    ({ check, output }) => `--- ${check.title}\n${output.trim()}\nfix: ${check.fix}`,
  );
  record(results.length - failed.length, texts);
  if (texts.length > 0) throw new Failure(texts.join("\n\n"));
}

interface Result {
  readonly check: Check;
  readonly ok: boolean;
  readonly output: string;
}

function runCheck(check: Check): Promise<Result> {
  const step = printedProgress().step(check.title);
  const [program, ...args] = check.command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: checkoutRoot, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => keep(error.message));
    child.on("close", (code) => {
      if (code === 0) step.done();
      else step.fail("see below");
      resolve({ check, ok: code === 0, output });
    });
  });
}

/** CI adds up the counts of all suites, and repeats what failed, from the files of this folder. */
function record(passed: number, failures: readonly string[]): void {
  const folder = process.env["INFERENCE_PLATFORM_RESULTS"];
  if (!folder) return;
  appendFileSync(join(folder, "counts"), `${passed} ${failures.length}\n`);
  for (const text of failures) appendFileSync(join(folder, "failures"), `${text}\n`);
}
