import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  marker,
  owned,
  ownedProcesses,
  startInStat,
  startOf,
  stopFound,
  stopOwned,
} from "../../../embedded/process-table.ts";

const stack = `process-table-test-${process.pid}`;
const children: ChildProcess[] = [];

/** A program that says `ready` and then does nothing. */
const idle = `console.log("ready"); setInterval(() => {}, 1000);`;

/** Starts a program and waits until it says something. */
async function launch(program: string, env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await once(child.stdout, "data");
  assert.ok(child.pid !== undefined);
  return child.pid;
}

function isRunning(pid: number): boolean {
  return startOf(pid) !== undefined;
}

describe("processes of ours", () => {
  afterEach(async () => {
    for (const role of ["build", "control-plane", "engine"] as const)
      await stopOwned(role, stack, 0);
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  it("are found by role and stack", async () => {
    const pid = await launch(idle, marker("engine", stack));
    assert.deepEqual(owned("engine", stack), [pid]);
    assert.deepEqual(owned("build", stack), []);
    assert.deepEqual(owned("engine", `${stack}-other`), []);
  });

  it("are those of this state folder only", async () => {
    await launch(idle, marker("engine", stack));
    const before = process.env["INFERENCE_PLATFORM_STATE"];
    process.env["INFERENCE_PLATFORM_STATE"] = "/elsewhere";
    try {
      assert.deepEqual(owned("engine", stack), []);
    } finally {
      if (before === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
      else process.env["INFERENCE_PLATFORM_STATE"] = before;
    }
  });

  it("bear the name they were given, and none otherwise", async () => {
    await launch(idle, marker("engine", stack));
    await launch(idle, marker("control-plane", stack, "etcd@1"));
    assert.deepEqual(
      ownedProcesses("engine", stack).map(({ name }) => name),
      [""],
    );
    assert.deepEqual(
      ownedProcesses("control-plane", stack).map(({ name }) => name),
      ["etcd@1"],
    );
  });

  it("hand the marker on to what they start, also to what outlives them", async () => {
    const parent = `
      import { spawn } from "node:child_process";
      const child = spawn(process.execPath, ["-e", ${JSON.stringify(idle)}], { detached: true, stdio: "inherit" });
      child.unref();`;
    const pid = await launch(parent, marker("engine", stack));
    while (isRunning(pid)) await sleep(20);
    const found = owned("engine", stack);
    assert.equal(found.length, 1);
    assert.notEqual(found[0], pid);
  });

  it("leave out the one that asks, and those that started it", async () => {
    const module = new URL("../../../embedded/process-table.ts", import.meta.url).href;
    const asks = `
      import { owned } from ${JSON.stringify(module)};
      console.log(JSON.stringify(owned("engine", ${JSON.stringify(stack)})));`;
    const parent = `
      import { execFileSync } from "node:child_process";
      process.stdout.write(execFileSync(process.execPath, ["--input-type=module", "-e", ${JSON.stringify(asks)}]));`;
    const sibling = await launch(idle, marker("engine", stack));
    const child = spawn(process.execPath, ["--input-type=module", "-e", parent], {
      env: { ...process.env, ...marker("engine", stack) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const event: readonly unknown[] = await once(child.stdout, "data");
    const [answer] = event;
    assert.deepEqual(JSON.parse(String(answer)), [sibling]);
  });

  it("are stopped, all and only they", async () => {
    const mine = [
      await launch(idle, marker("engine", stack)),
      await launch(idle, marker("engine", stack)),
    ];
    const other = await launch(idle, marker("build", stack));
    assert.equal(await stopOwned("engine", stack), 2);
    assert.deepEqual(mine.filter(isRunning), []);
    assert.ok(isRunning(other));
    assert.equal(await stopOwned("engine", stack), 0);
  });

  it("are killed when they do not want to end", async () => {
    const stubborn = `process.on("SIGTERM", () => {}); ${idle}`;
    const pid = await launch(stubborn, marker("engine", stack));
    const begin = performance.now();
    assert.equal(await stopOwned("engine", stack, 300), 1);
    assert.ok(performance.now() - begin >= 300);
    assert.equal(isRunning(pid), false);
  });

  it("are waited for, also when they can no longer be found", async () => {
    const pid = await launch(idle, {});
    const findings = [[pid]];
    assert.equal(await stopFound(() => findings.shift() ?? [], 0), 1);
    assert.equal(isRunning(pid), false);
  });

  it("are asked before they are killed", async () => {
    const polite = `process.on("SIGTERM", () => process.exit(42)); ${idle}`;
    await launch(polite, marker("engine", stack));
    const [child] = children;
    assert.ok(child);
    const exit = once(child, "exit");
    await stopOwned("engine", stack);
    assert.deepEqual(await exit, [42, null]);
  });

  it("are gone for good when stopping returns: a port of theirs can be taken", async () => {
    const port = await portOf(createServer().listen(0, "127.0.0.1"));
    const server = `
      import { createServer } from "node:net";
      createServer().listen(${port}, "127.0.0.1", () => console.log("ready"));`;
    for (let round = 0; round < 5; round++) {
      await launch(server, marker("engine", stack));
      await stopOwned("engine", stack, 0);
      assert.equal(await portOf(createServer().listen(port, "127.0.0.1")), port);
    }
  });
});

/** Waits until the server listens, and closes it. */
async function portOf(server: Server): Promise<number> {
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

/** A line of Linux' process table; the start is 4711. */
function statOf(command: string, state: string, threads: number): string {
  return `7 (${command}) ${state} 1 7 7 0 -1 4194304 1 0 0 0 3 4 0 0 20 0 ${threads} 0 4711 1000 100`;
}

describe("start of a process", () => {
  it("is the same at every call and unknown for a process that does not run", async () => {
    assert.equal(startOf(process.pid), startOf(process.pid));
    assert.match(startOf(process.pid) ?? "", /^\d+$/);
    const child = spawn("true");
    await once(child, "exit");
    assert.ok(child.pid !== undefined);
    assert.equal(startOf(child.pid), undefined);
  });

  const stats: readonly (readonly [string, string, string | undefined])[] = [
    ["a running process", statOf("node", "S", 11), "4711"],
    ["a command with spaces and brackets", statOf("a) Z 1 (b", "R", 1), "4711"],
    ["a process that was not yet waited for", statOf("node", "Z", 1), undefined],
    ["a process whose first thread alone has ended", statOf("node", "Z", 2), "4711"],
    ["a process that is gone", "", undefined],
  ];
  for (const [title, stat, expected] of stats) {
    it(`is ${expected ?? "unknown"} for ${title}`, () => {
      assert.equal(startInStat(stat), expected);
    });
  }

  it("is unknown for one that has ended but was not yet waited for", async () => {
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const event: readonly unknown[] = await once(parent.stdout, "data");
      const [line] = event;
      const zombie = Number(String(line));
      await sleep(200);
      assert.equal(startOf(zombie), undefined);
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
