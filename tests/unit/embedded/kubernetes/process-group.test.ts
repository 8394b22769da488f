import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  endProcesses,
  ensureProcess,
  expectAlive,
  type ProcessPlan,
  plainName,
  type Running,
  removeLogs,
  type Site,
  signature,
} from "../../../../embedded/kubernetes/process-group.ts";
import { marker, owned, startOf, stopOwned } from "../../../../embedded/process-table.ts";

let folder: string;
let site: Site;

/** A plan that runs a shell script. */
function plan(script: string, name = "etcd"): ProcessPlan {
  return { name, binary: "/bin/sh", args: ["-c", script] };
}

/** Not a script that ends in `exec`: in the middle of one a process has no environment to be found by. */
const idle: ProcessPlan = { name: "etcd", binary: "/bin/sleep", args: ["60"] };

function log(name: string): string {
  return readFileSync(join(site.logs, name), "utf8");
}

async function ended({ pid }: Running): Promise<void> {
  while (startOf(pid) !== undefined) await sleep(10);
}

describe("process of a control plane", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "process-group-"));
    site = {
      stack: `process-group-test-${process.pid}`,
      role: "control-plane",
      folder: join(folder, "run"),
      logs: join(folder, "logs"),
    };
    mkdirSync(site.folder);
  });

  afterEach(async () => {
    await stopOwned("control-plane", site.stack, 0);
    rmSync(folder, { recursive: true, force: true });
  });

  it("is started once, and found from then on", async () => {
    let prepared = 0;
    const prepare = (): void => {
      prepared++;
    };
    const first = await ensureProcess(site, idle, "input", prepare);
    const second = await ensureProcess(site, idle, "input", prepare);
    assert.deepEqual([first.isNew, second.isNew, prepared], [true, false, 1]);
    assert.equal(second.pid, first.pid);
    assert.deepEqual(owned("control-plane", site.stack), [first.pid]);
  });

  const changes: readonly (readonly [string, ProcessPlan, unknown])[] = [
    ["its arguments", { ...idle, args: ["61"] }, "input"],
    ["its program", { ...idle, binary: "/usr/bin/../../bin/sleep" }, "input"],
    ["what it reads", idle, "other input"],
  ];
  for (const [title, changed, inputs] of changes) {
    it(`is started anew when ${title} changed`, async () => {
      const first = await ensureProcess(site, idle, "input");
      const second = await ensureProcess(site, changed, inputs);
      assert.equal(second.isNew, true);
      assert.deepEqual(owned("control-plane", site.stack), [second.pid]);
      assert.equal(startOf(first.pid), undefined);
    });
  }

  it("is started anew when it runs twice", async () => {
    const mark = marker("control-plane", site.stack, signature(idle, "input"));
    for (let twin = 0; twin < 2; twin++)
      spawn("sleep", ["60"], { env: { ...process.env, ...mark } });
    await ensureProcess(site, idle, "input");
    assert.equal(owned("control-plane", site.stack).length, 1);
  });

  it("knows nothing of the person's environment", async () => {
    process.env["ETCD_DATA_DIR"] = "/elsewhere";
    try {
      await ended(await ensureProcess(site, plan("env; pwd"), ""));
    } finally {
      delete process.env["ETCD_DATA_DIR"];
    }
    const names = log("etcd.log")
      .trim()
      .split("\n")
      .map((line) => line.split("=", 1)[0])
      .sort();
    assert.deepEqual(
      names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name ?? "")),
      [site.folder, "HOME", "INFERENCE_PLATFORM_PROCESS", "INFERENCE_PLATFORM_PROCESS_NAME"],
    );
  });

  it("tells with the end of its log that it ended", async () => {
    const script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done; exit 1";
    const running = await ensureProcess(site, plan(script), "");
    await ended(running);
    const tail = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((i) => `line ${i}`).join("\n");
    assert.throws(() => expectAlive(site, [running]), {
      name: "Failure",
      message: `etcd ended; the end of ${site.logs}/etcd.log:\n${tail}`,
    });
  });

  it("is not said to have ended while it runs", async () => {
    expectAlive(site, [await ensureProcess(site, idle, "")]);
  });

  it("is not taken for another that got its id", async () => {
    const running = await ensureProcess(site, idle, "");
    assert.throws(() => expectAlive(site, [{ ...running, start: "long ago" }]), /etcd ended/);
  });

  it("leaves the log of the run before, which says why that ended", async () => {
    await ended(await ensureProcess(site, plan("echo first"), ""));
    await ended(await ensureProcess(site, plan("echo second"), ""));
    assert.deepEqual([log("etcd.log"), log("etcd.previous.log")], ["second\n", "first\n"]);
    await ended(await ensureProcess(site, plan("echo third"), ""));
    assert.deepEqual([log("etcd.log"), log("etcd.previous.log")], ["third\n", "second\n"]);
    writeFileSync(join(site.logs, "pulumi.log"), "");
    removeLogs(site, ["etcd"]);
    assert.deepEqual(readdirSync(site.logs), ["pulumi.log"]);
  });

  it("that cannot be started says why", async () => {
    const missing = { ...idle, binary: join(folder, "missing") };
    await assert.rejects(ensureProcess(site, missing, ""), {
      name: "Failure",
      message: new RegExp(`^cannot start ${folder}/missing: .*ENOENT`),
    });
  });

  it("is ended by name, without the others", async () => {
    await ensureProcess(site, idle, "");
    const other = await ensureProcess(site, plan("exec sleep 60", "kwok"), "");
    await endProcesses(site, (name) => name === "etcd");
    assert.deepEqual(owned("control-plane", site.stack), [other.pid]);
    assert.ok(existsSync(site.folder));
  });

  it("bears its name and a digest of all that makes it what it is", () => {
    assert.match(signature(idle, "input"), /^etcd@[0-9a-f]{12}$/);
    assert.equal(plainName(signature(idle, "input")), "etcd");
    assert.equal(signature(idle, ["a"]), signature({ ...idle }, ["a"]));
  });
});
