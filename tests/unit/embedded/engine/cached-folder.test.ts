import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cachedFolder } from "../../../../embedded/engine/cached-folder.ts";
import { checkoutRoot } from "../../../../embedded/paths.ts";
import { type Progress, silent } from "../../../../embedded/progress.ts";

/** Keeps what steps say, one line each. */
function recording(): { readonly progress: Progress; readonly lines: string[] } {
  const lines: string[] = [];
  const step = (title: string) => ({
    update: (detail: string) => lines.push(`${title}: ${detail}`),
    done: () => lines.push(`${title}: done`),
    fail: (detail: string) => lines.push(`${title}: failed: ${detail}`),
  });
  return { progress: { step, note: (line) => lines.push(line) }, lines };
}

describe("a cached folder", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cached-"));
    folder = join(root, "tool-1");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is made once", async () => {
    let times = 0;
    const make = async (partial: string): Promise<void> => {
      times++;
      writeFileSync(join(partial, "tool"), "x");
    };
    await cachedFolder(folder, "make tool", silent, make);
    assert.equal(await cachedFolder(folder, "make tool", silent, make), folder);
    assert.equal(times, 1);
    assert.deepEqual(readdirSync(root), ["tool-1"]);
    assert.deepEqual(readdirSync(folder), ["tool"]);
  });

  it("does not appear when making it fails, and the step says why", async () => {
    const { progress, lines } = recording();
    const failing = cachedFolder(folder, "make tool", progress, async (partial) => {
      writeFileSync(join(partial, "half"), "x");
      throw new Error("no disk\nmore");
    });
    await assert.rejects(failing, /no disk/);
    assert.deepEqual(lines, ["make tool: failed: no disk"]);
    assert.deepEqual(readdirSync(root), []);
  });

  it("is used by a second run, which waits for the first and names it", async () => {
    const { progress, lines } = recording();
    let times = 0;
    const make = async (): Promise<void> => {
      times++;
      await sleep(300);
    };
    const first = cachedFolder(folder, "first", silent, make);
    await Promise.all([first, cachedFolder(folder, "second", progress, make)]);
    assert.equal(times, 1);
    assert.match(lines[0] ?? "", new RegExp(`^second: waiting for process ${process.pid} on `));
    assert.equal(lines.at(-1), "second: done");
  });

  it("is made by the next run when a run was killed half way", async () => {
    const module = join(checkoutRoot, "embedded", "engine", "cached-folder.ts");
    const progress = join(checkoutRoot, "embedded", "progress.ts");
    const program = `import { writeFileSync } from "node:fs";
import { cachedFolder } from ${JSON.stringify(module)};
import { silent } from ${JSON.stringify(progress)};
await cachedFolder(${JSON.stringify(folder)}, "make tool", silent, async (partial) => {
  writeFileSync(partial + "/half", "x");
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => setInterval(() => {}, 1000));
});`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
    await once(child, "close");
    assert.equal(existsSync(`${folder}.lock`), true, "the killed run held the lock");
    await cachedFolder(folder, "make tool", silent, async (partial) => {
      writeFileSync(join(partial, "tool"), "whole");
    });
    assert.deepEqual(readdirSync(root), ["tool-1"]);
    assert.equal(readFileSync(join(folder, "tool"), "utf8"), "whole");
  });
});
