import assert from "node:assert/strict";
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type Holder, isHolder, takeLock, tryLock } from "../../../embedded/lock.ts";

const module = new URL("../../../embedded/lock.ts", import.meta.url).href;

let folder: string;
let path: string;

function holder(): Holder {
  const held: unknown = JSON.parse(readFileSync(path, "utf8"));
  assert.ok(isHolder(held));
  return held;
}

/** Takes the lock in this process, changes what the file says of the holder, and so makes it another's. */
function heldBy(change: Partial<Holder>): void {
  takeLock(path, "npm run up");
  writeFileSync(path, JSON.stringify({ ...holder(), ...change }));
}

async function endedPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  assert.ok(child.pid !== undefined);
  return child.pid;
}

describe("lock", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    path = join(folder, "deeper", "lock");
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("names its holder and is gone after its release", () => {
    const release = takeLock(path, "npm run up");
    assert.equal(holder().pid, process.pid);
    assert.equal(holder().command, "npm run up");
    release();
    assert.deepEqual(readdirSync(join(folder, "deeper")), []);
  });

  it("refuses a second taker with the first one's name and pid", () => {
    takeLock(path, "npm run up local");
    const expected = `"npm run up local" (process ${process.pid} on ${holder().host}) is at work on this; wait for it, or end it and run this again`;
    assert.throws(() => takeLock(path, "npm run down"), { name: "Failure", message: expected });
    assert.equal(holder().command, "npm run up local");
  });

  it("tells who holds it to those who only ask", () => {
    takeLock(path, "npm run up");
    const answer = tryLock(path, "npm run down");
    assert.deepEqual(answer, holder());
  });

  it("can be taken after a holder that has ended", async () => {
    heldBy({ pid: await endedPid() });
    takeLock(path, "npm run down");
    assert.equal(holder().command, "npm run down");
  });

  it("can be taken when the holder's pid is another process' now", () => {
    heldBy({ start: "long ago" });
    takeLock(path, "npm run down");
    assert.equal(holder().command, "npm run down");
  });

  it("can be taken when the holder was of an earlier run of the machine", () => {
    const release = takeLock(path, "npm run up");
    const ticks = holder().start.split(" ")[1];
    release();
    heldBy({ start: `00000000-0000-0000-0000-000000000000 ${ticks}` });
    takeLock(path, "npm run down");
    assert.equal(holder().command, "npm run down");
  });

  for (const text of ["", "{}", "null", '{"pid":1}', "not json"]) {
    it(`can be taken when the file says ${JSON.stringify(text)}`, () => {
      takeLock(path, "npm run up")();
      writeFileSync(path, text);
      takeLock(path, "npm run down");
      assert.equal(holder().command, "npm run down");
    });
  }

  it("is left to a holder on another machine, with the file to remove when that is wrong", () => {
    heldBy({ host: "elsewhere", pid: 1, start: "" });
    assert.throws(
      () => takeLock(path, "npm run down"),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /process 1 on elsewhere/);
        assert.ok(error.message.endsWith(`remove ${path}`));
        return true;
      },
    );
  });

  it("is not released for another by a release that comes late or twice", () => {
    const release = takeLock(path, "first");
    release();
    takeLock(path, "second");
    release();
    assert.equal(holder().command, "second");
  });

  it("is not released for another who took it from the dead", () => {
    const release = takeLock(path, "first");
    writeFileSync(path, JSON.stringify({ ...holder(), pid: 1, host: "elsewhere" }));
    release();
    assert.ok(existsSync(path));
  });

  it("goes to one of many takers who find it with a holder that has ended", async function () {
    this.timeout(60_000);
    const rounds = 150;
    const inside = join(folder, "inside");
    const log = join(folder, "log");
    takeLock(path, "the dead")();
    const dead = JSON.stringify({
      pid: await endedPid(),
      start: "",
      host: hostname(),
      command: "x",
    });
    // All takers start each round at the same moment. Whoever has the lock makes a file that must not exist.
    const taker = `
      import { appendFileSync, rmSync, writeFileSync } from "node:fs";
      import { tryLock } from ${JSON.stringify(module)};
      const [inside, log, lock] = ${JSON.stringify([inside, log, path])};
      process.on("message", () => {
        for (let release; typeof release !== "function"; ) {
          release = tryLock(lock, "taker");
          if (typeof release !== "function") continue;
          try {
            writeFileSync(inside, "", { flag: "wx" });
            rmSync(inside);
          } catch {
            appendFileSync(log, "two\\n");
          }
          release();
        }
        process.send("done");
      });`;
    const file = join(folder, "taker.mjs");
    writeFileSync(file, taker);
    const takers = Array.from({ length: 4 }, () => fork(file));
    try {
      for (let round = 0; round < rounds; round++) {
        writeFileSync(path, dead);
        const done = takers.map((child) => once(child, "message"));
        for (const child of takers) child.send("go");
        await Promise.all(done);
      }
    } finally {
      for (const child of takers) child.kill("SIGKILL");
    }
    assert.equal(existsSync(log) ? readFileSync(log, "utf8") : "", "");
    assert.deepEqual(readdirSync(join(folder, "deeper")), []);
  });
});
