import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EngineLock,
  engineLocks,
  isHeld,
  removeDeadLocks,
  removeHalfWritten,
} from "../../../../embedded/engine/backend.ts";

const taken = "2026-11-21T02:00:18.154281457Z";
const lock: EngineLock = { pid: 1, username: "ann", hostname: hostname(), timestamp: taken };
/** No process can have it: Linux counts to 4,194,304. */
const noProcess = 2 ** 30;

function at(offsetMs: number): Date {
  return new Date(Date.parse(taken) + offsetMs);
}

describe("a lock of the engine", () => {
  const cases = [
    { title: "is held while its process runs", given: lock, started: at(-60_000), held: true },
    { title: "is held by a process that took it at once", given: lock, started: at(0), held: true },
    { title: "is dead when no process has its pid", given: lock, started: undefined, held: false },
    {
      title: "is dead when its pid went to a younger process",
      given: lock,
      started: at(60_000),
      held: false,
    },
    {
      title: "counts as held on another host, whose processes cannot be seen",
      given: { ...lock, hostname: "elsewhere" },
      started: undefined,
      held: true,
    },
  ];
  for (const { title, given, started, held } of cases) {
    it(title, () => assert.equal(isHeld(given, started), held));
  }
});

describe("the locks of a stack", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "locks-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function put(name: string, content: object | string): void {
    writeFileSync(
      join(folder, name),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }

  it("are removed with all that goes with them when their processes are gone", () => {
    put("1.json", { ...lock, pid: noProcess });
    put("1.json.attrs", {});
    put("2.json.18b2.tmp", '{"pid":');
    put("3.json", '{"pid":');
    assert.equal(removeDeadLocks(folder), 1);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("stay when one of them is held, and the error names the holder", () => {
    const mine = { ...lock, pid: process.pid, timestamp: new Date().toISOString() };
    put("1.json", { ...lock, pid: noProcess });
    put("2.json", mine);
    assert.throws(() => removeDeadLocks(folder), {
      name: "Failure",
      message:
        `the stack is locked by process ${process.pid} of ann on ${hostname()} since ${mine.timestamp}; ` +
        "wait for it or end it, and if it runs no more, `pulumi cancel` removes the lock",
    });
    assert.equal(engineLocks(folder).length, 2);
  });

  it("are none before the first run", () => {
    assert.equal(removeDeadLocks(join(folder, "never")), 0);
  });
});

describe("half-written state", () => {
  it("of this stack is removed, and nothing else", () => {
    const folder = mkdtempSync(join(tmpdir(), "state-"));
    const state = join(folder, "stacks");
    mkdirSync(state);
    const names = [
      "local.json",
      "local.json.bak",
      "local.json.18b2.tmp",
      "local.json.bak.18b3.tmp",
      "other.json.18b2.tmp",
    ];
    for (const name of names) writeFileSync(join(state, name), "");
    removeHalfWritten(join(state, "local.json"), "local");
    assert.deepEqual(readdirSync(state), ["local.json", "local.json.bak", "other.json.18b2.tmp"]);
    rmSync(folder, { recursive: true });
  });

  it("is gone where attributes were cut off, and stays where they are whole", () => {
    const state = mkdtempSync(join(tmpdir(), "state-"));
    writeFileSync(join(state, "local.json.attrs"), '{ "user.cache');
    writeFileSync(join(state, "local.json.bak.attrs"), "{}");
    writeFileSync(join(state, "other.json.attrs"), "");
    removeHalfWritten(join(state, "local.json"), "local");
    assert.deepEqual(readdirSync(state), ["local.json.bak.attrs", "other.json.attrs"]);
    rmSync(state, { recursive: true });
  });
});
