/** The Pulumi engine, the language host and the repair after a kill, with a fake provider and nothing else. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkpointPath, engineLocks, locksFolder } from "../../embedded/engine/backend.ts";
import { isCheckpoint } from "../../embedded/engine/checkpoint.ts";
import { nameOf } from "../../embedded/engine/events.ts";
import { recoverStack } from "../../embedded/engine/recovery.ts";
import { type EngineResult, problemsOf, runEngine } from "../../embedded/engine/run.ts";
import { ensureStack } from "../../embedded/engine/stack.ts";
import { Failure } from "../../embedded/failure.ts";
import { backendFolder, checkoutRoot } from "../../embedded/paths.ts";
import { owned } from "../../embedded/process-table.ts";
import { type EngineProject, engineProject, stackFile } from "../support/engine-project.ts";

const two = `const a = new Thing("a", { text: new pulumi.Config().require("word") });
new Thing("b", { text: a.id });
console.log("from the program");
`;

const idOf = (_type: string, inputs: Readonly<Record<string, unknown>>): string =>
  String(inputs["name"]);

let project: EngineProject;

function run(...args: readonly string[]): Promise<EngineResult> {
  return runEngine([...args, "--stack=local"], project.options);
}

function up(): Promise<EngineResult> {
  return run("up", "--yes");
}

/** Runs a command whose provider waits at one moment of b, and kills the engine there. */
async function killedAt(moment: string, args: readonly string[]): Promise<void> {
  const running = runEngine([...args, "--stack=local"], {
    ...project.options,
    env: { ...project.options.env, FAKE_SLOW: `${moment} b 60000` },
  });
  await until(() => hasPending("b"), "b is being changed");
  await until(() => project.things().includes("b") === (moment === "after-create"), moment);
  const [lock] = engineLocks(locks());
  assert.ok(lock);
  process.kill(lock.pid, "SIGKILL");
  assert.equal((await running).code, null);
  await until(() => owned("engine", "local").length === 0, "language host and provider ended too");
}

const recovered = {
  stopped: 0,
  unlocked: 1,
  reread: ["urn:pulumi:local::trial::fake:index:Thing::b"],
  lost: [],
};

function stepsOf({ steps }: EngineResult): readonly string[] {
  return steps
    .filter(({ type }) => type.startsWith("fake:"))
    .map(({ op, name, phase }) => `${op} ${name} ${phase}`);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (condition()) return;
    await sleep(100);
  }
  assert.fail(`waited 30 s in vain: ${what}`);
}

function locks(): string {
  return locksFolder(backendFolder(), "trial", "local");
}

function state() {
  const file: unknown = JSON.parse(
    readFileSync(checkpointPath(backendFolder(), "trial", "local"), "utf8"),
  );
  assert.ok(isCheckpoint(file));
  return file.checkpoint.latest;
}

function namesInState(): readonly string[] {
  return (state()?.resources ?? []).map(({ urn }) => nameOf(urn));
}

describe("the engine", function () {
  this.timeout(120_000);

  beforeEach(async () => {
    project = await engineProject(two);
    await ensureStack(project.options);
  });
  afterEach(async () => {
    assert.deepEqual(owned("engine", "local"), [], "processes were left behind");
    project.remove();
  });

  it("previews a program without making anything", async () => {
    const preview = await run("preview");
    assert.equal(preview.code, 0);
    assert.deepEqual(stepsOf(preview), ["create a done", "create b done"]);
    assert.deepEqual(preview.summary?.changes, { create: 3 });
    assert.deepEqual(
      preview.diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
      ["info: from the program"],
    );
    assert.deepEqual(project.things(), []);
  });

  it("brings a program up, changes nothing the second time, and takes it down", async () => {
    assert.deepEqual(stepsOf(await up()), ["create a done", "create b done"]);
    assert.deepEqual(project.things(), ["a", "b"]);
    const second = await up();
    assert.deepEqual(second.summary?.changes, { same: 3 });
    assert.equal(second.summary?.preview, false);
    assert.equal((await run("destroy", "--yes")).ok, true);
    assert.deepEqual(project.things(), []);
    assert.deepEqual(readdirSync(locks()), []);
  });

  it("reads a state again whose attributes were cut off by a kill", async () => {
    await up();
    writeFileSync(`${checkpointPath(backendFolder(), "trial", "local")}.attrs`, "");
    const broken = await run("preview");
    assert.match(problemsOf(broken).join(), /failed to load checkpoint: EOF/);
    await recoverStack(project.options, idOf);
    assert.deepEqual((await up()).summary?.changes, { same: 3 });
  });

  it("leaves the stack file as it is", () => {
    const path = join(project.options.project, "stacks", "Pulumi.local.yaml");
    assert.equal(readFileSync(path, "utf8"), stackFile);
  });

  it("shows drift in a refresh and repairs it in up", async () => {
    await up();
    writeFileSync(join(project.folder, "world", "a.json"), '{ "name": "a", "text": "drifted" }');
    const preview = await run("refresh", "--preview-only");
    assert.deepEqual(
      preview.steps.flatMap(({ op, name, changed }) =>
        op === "update" ? [`${name}: ${changed.join()}`] : [],
      ),
      ["a: text"],
    );
    await run("refresh", "--yes");
    assert.deepEqual(stepsOf(await up()), ["update a done", "same b done"]);
  });

  it("creates nothing when a mandatory policy is violated", async () => {
    const program = join(project.options.project, "stacks", "index.ts");
    writeFileSync(
      program,
      readFileSync(program, "utf8").replace('new pulumi.Config().require("word")', '"bad"'),
    );
    const result = await run("up", "--yes", "--policy-pack=pack");
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.policies.map(
        ({ policy, level, urn }) => `${policy} ${level} ${urn?.split("::").at(-1)}`,
      ),
      ["no-bad-text mandatory a", "no-bad-text advisory b"],
    );
    assert.equal(result.policies[0]?.message, "bad text\nthe text is bad");
    assert.equal(result.summary?.preview, true);
    assert.deepEqual(project.things(), []);
  });

  it("shows a RunError of the program as it stands, without a stack trace", async () => {
    const program = join(project.options.project, "stacks", "index.ts");
    writeFileSync(
      program,
      'import { RunError } from "@pulumi/pulumi";\nthrow new RunError("line 1\\nline 2");\n',
    );
    const result = await run("preview");
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
      ["error: line 1\nline 2"],
    );
  });

  it("ends early and saves when it is interrupted", async () => {
    const stop = new AbortController();
    const running = runEngine(["up", "--yes", "--stack=local"], {
      ...project.options,
      env: { ...project.options.env, FAKE_SLOW: "after-create b 2000" },
      signal: stop.signal,
    });
    await until(() => project.things().includes("b"), "b is being made");
    stop.abort();
    const result = await running;
    assert.deepEqual([result.ok, result.interrupted], [false, true]);
    assert.deepEqual(readdirSync(locks()), []);
    assert.deepEqual(namesInState(), ["trial-local", "default_1_0_0", "a", "b"]);
    assert.equal(state()?.pending_operations, undefined);
  });

  for (const { moment, things, next } of [
    { moment: "before-create", things: ["a"], next: "create b done" },
    { moment: "after-create", things: ["a", "b"], next: "same b done" },
  ]) {
    it(`knows after kill -9 in a create what is there, when it came ${moment}`, async () => {
      await killedAt(moment, ["up", "--yes"]);
      assert.deepEqual(await recoverStack(project.options, idOf), recovered);
      assert.deepEqual(project.things(), things);
      assert.deepEqual(namesInState(), ["trial-local", "default_1_0_0", ...things]);
      assert.equal(state()?.pending_operations, undefined);
      assert.deepEqual(readdirSync(locks()), []);
      assert.deepEqual(stepsOf(await up()), ["same a done", next]);
    });
  }

  it("knows after kill -9 in a destroy what is gone", async () => {
    await up();
    await killedAt("after-delete", ["destroy", "--yes"]);
    assert.deepEqual(await recoverStack(project.options, idOf), recovered);
    assert.deepEqual(namesInState(), ["trial-local", "default_1_0_0", "a"]);
    assert.equal((await run("destroy", "--yes")).ok, true);
    assert.deepEqual(project.things(), []);
  });

  it("ends with its command when that is killed, and what it did is not lost", async () => {
    const command = spawn(
      process.execPath,
      ["--input-type=module", "--eval", commandText(project.options)],
      { env: { ...process.env, FAKE_SLOW: "after-create b 60000" }, stdio: "inherit" },
    );
    await until(() => project.things().includes("b"), "b is being made");
    command.kill("SIGKILL");
    await until(() => owned("engine", "local").length === 0, "the engine ended");
    assert.deepEqual(await recoverStack(project.options, idOf), recovered);
    assert.deepEqual(namesInState(), ["trial-local", "default_1_0_0", "a", "b"]);
  });

  it("refuses when somebody else's living process holds the engine's lock", async () => {
    const lock = {
      pid: process.pid,
      username: "ann",
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    writeFileSync(join(locks(), "somebody.json"), JSON.stringify(lock));
    await assert.rejects(
      recoverStack(project.options, idOf),
      (error) =>
        error instanceof Failure &&
        error.message.includes(
          `process ${process.pid} of ann on ${hostname()} since ${lock.timestamp}`,
        ),
    );
    assert.deepEqual(readdirSync(locks()), ["somebody.json"]);
  });
});

function hasPending(name: string): boolean {
  try {
    return JSON.stringify(state()?.pending_operations ?? []).includes(`::${name}"`);
  } catch {
    return false; // The stack has no state yet.
  }
}

/** A command of ours, for a process of its own. */
function commandText(options: EngineProject["options"]): string {
  const module = join(checkoutRoot, "embedded", "engine", "run.ts");
  return `import { runEngine } from ${JSON.stringify(module)};
await runEngine(["up", "--yes", "--stack=local"], ${JSON.stringify(options)});`;
}
