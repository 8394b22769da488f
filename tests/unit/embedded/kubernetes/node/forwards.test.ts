import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureForwards } from "../../../../../embedded/kubernetes/node/forwards.ts";

const iris = { name: "iris", namespace: "flowers", port: 8000 };
const rose = { name: "rose", namespace: "flowers", port: 8000 };

describe("ports of services on the machine", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "forwards-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lead to the Service by its name in the cluster", async () => {
    const [forward] = await ensureForwards(folder, [iris], false);
    assert.equal(forward?.host, "iris.flowers.svc.cluster.local");
    assert.equal(forward?.hostPort, 8000);
  });

  it("stay with a service when others come and go", async () => {
    const [first] = await ensureForwards(folder, [iris], false);
    const [other, same] = await ensureForwards(folder, [rose, iris], true);
    assert.deepEqual(same, first);
    assert.notEqual(other?.port, first?.port);
    assert.deepEqual(await ensureForwards(folder, [iris], true), [first]);
  });

  it("are chosen anew when somebody else has taken them", async () => {
    const [first] = await ensureForwards(folder, [iris], false);
    const other = createServer().listen(first?.port, "127.0.0.1");
    try {
      const [second] = await ensureForwards(folder, [iris], false);
      assert.notEqual(second?.port, first?.port);
      assert.deepEqual(await ensureForwards(folder, [iris], true), [second]);
    } finally {
      other.close();
    }
  });

  it("are chosen anew when the file is damaged", async () => {
    writeFileSync(join(folder, "forwards.json"), "{");
    const [forward] = await ensureForwards(folder, [iris], false);
    assert.ok(forward !== undefined && forward.port >= 20_000 && forward.port < 30_000);
  });
});
