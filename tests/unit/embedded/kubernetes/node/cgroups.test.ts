import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cgroupsOf, removeCgroups } from "../../../../../embedded/kubernetes/node/cgroups.ts";

describe("control groups of a real node", () => {
  const versionOne = "9:name=systemd:/user\n4:memory:/jobs/a:b\n3:cpu,cpuacct:/\n0::/user\n";

  it("are below the command's own with version 1, one for each hierarchy", () => {
    assert.deepEqual(cgroupsOf("node", versionOne, false), {
      folders: [
        "/sys/fs/cgroup/systemd/user/node",
        "/sys/fs/cgroup/memory/jobs/a:b/node",
        "/sys/fs/cgroup/cpu,cpuacct/node",
      ],
      controllers: ["systemd", "memory", "cpu,cpuacct"],
    });
  });

  it("are one at the top with version 2, because the command's own group has processes", () => {
    assert.deepEqual(cgroupsOf("node", "0::/user.slice\n", true), {
      folders: ["/sys/fs/cgroup/node"],
      controllers: [],
    });
  });

  it("are removed with those below them, and named when they are in use", () => {
    const folder = mkdtempSync(join(tmpdir(), "cgroups-"));
    try {
      const free = join(folder, "free");
      const busy = join(folder, "busy");
      mkdirSync(join(free, "pods", "one"), { recursive: true });
      mkdirSync(busy);
      writeFileSync(join(busy, "holds it"), "");
      assert.deepEqual(removeCgroups([free, join(folder, "gone"), busy]), [busy]);
      assert.equal(existsSync(free), false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
