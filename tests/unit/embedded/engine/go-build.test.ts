import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Build, builds } from "../../../../embedded/engine/builds.ts";
import { buildArgs, buildKey, goLine } from "../../../../embedded/engine/go-build.ts";
import { checkoutRoot } from "../../../../embedded/paths.ts";

const build: Build = {
  version: "1.2.3",
  module: "example.com/tool",
  binaries: { tool: "example.com/tool/cmd/tool" },
  tags: ["a", "b"],
  variables: { "example.com/tool/version.Version": "v1.2.3" },
  minutes: 1,
  folders: {},
};

describe("the key of a build", () => {
  const pins = ["module x", "sum"];
  const key = buildKey("tool", build, pins, "linux-x64");

  it("names tool and version", () => {
    assert.match(key, /^tool-1\.2\.3-[0-9a-f]{12}$/);
  });

  const changes = [
    { what: "go.mod", other: buildKey("tool", build, ["module y", "sum"], "linux-x64") },
    { what: "go.sum", other: buildKey("tool", build, ["module x", "other"], "linux-x64") },
    { what: "a tag", other: buildKey("tool", { ...build, tags: ["a"] }, pins, "linux-x64") },
    { what: "the processor", other: buildKey("tool", build, pins, "linux-arm64") },
  ];
  for (const { what, other } of changes) {
    it(`changes with ${what}`, () => assert.notEqual(other, key));
  }

  it("stays the same when only its time is told otherwise", () => {
    assert.equal(buildKey("tool", { ...build, minutes: 9 }, [...pins], "linux-x64"), key);
  });
});

describe("the arguments of a build", () => {
  it("pin modules, drop paths and symbols, and set tags and variables", () => {
    assert.deepEqual(buildArgs(build, "example.com/tool/cmd/tool", "/out/tool"), [
      "build",
      "-v",
      "-mod=readonly",
      "-trimpath",
      "-tags=a,b",
      "-ldflags=-s -w -X example.com/tool/version.Version=v1.2.3",
      "-o",
      "/out/tool",
      "example.com/tool/cmd/tool",
    ]);
  });
});

describe("the go line of a go.mod", () => {
  it("is the Go that is needed", () => {
    assert.equal(goLine("module x\n\ngo 1.26\n\nrequire y v1.0.0\n"), "1.26");
  });
});

describe("the table of builds", () => {
  for (const [name, row] of Object.entries<Build>(builds)) {
    it(`has the version of ${name} that its go.mod pins`, () => {
      const { folder = name } = row;
      const goMod = readFileSync(join(checkoutRoot, "embedded/builds", folder, "go.mod"), "utf8");
      const pinned = goMod.split("\n").map((line) => line.trim().replace(/^require /, ""));
      assert.ok(
        pinned.some((line) => line.replace(" // indirect", "") === `${row.module} v${row.version}`),
        `${row.module} v${row.version} is not required`,
      );
    });

    it(`builds ${name} from packages of its module`, () => {
      for (const source of Object.values(row.binaries)) {
        const isOwn = source === "." || source === row.module;
        assert.ok(isOwn || source.startsWith(`${row.module}/`), source);
      }
    });
  }
});
