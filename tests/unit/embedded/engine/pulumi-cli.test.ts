import assert from "node:assert/strict";
import { firstThatWorks, type Way } from "../../../../embedded/engine/pulumi-cli.ts";
import { pulumiVersion } from "../../../../embedded/engine/versions.ts";
import { Failure } from "../../../../embedded/failure.ts";

function way(source: Way["source"], result: string | Error, asked: string[]): Way {
  return {
    source,
    title: source,
    get: async () => {
      asked.push(source);
      if (typeof result === "string") return result;
      throw result;
    },
  };
}

describe("getting the Pulumi CLI", () => {
  it("stops at the first way that works", async () => {
    const asked: string[] = [];
    const ways = [
      way("path", new Failure("not there"), asked),
      way("own home", "/home/pulumi", asked),
      way("go modules", "/built/pulumi", asked),
    ];
    assert.deepEqual(await firstThatWorks(ways), { path: "/home/pulumi", source: "own home" });
    assert.deepEqual(asked, ["path", "own home"]);
  });

  it("names every way that failed, why, and what to install", async () => {
    const ways = [
      way("path", new Failure("/usr/bin/pulumi is version 3.1.0"), []),
      way("go modules", new Failure("Go failed:\n  x"), []),
    ];
    await assert.rejects(firstThatWorks(ways), {
      name: "Failure",
      message: [
        `the Pulumi CLI ${pulumiVersion} is needed, and no way to get it worked:`,
        "  - path: /usr/bin/pulumi is version 3.1.0",
        "  - go modules: Go failed:",
        "      x",
        `install it yourself (https://www.pulumi.com/docs/install/versions, version ${pulumiVersion}) and put it on PATH`,
      ].join("\n"),
    });
  });

  it("lets a mistake of ours through as it is", async () => {
    await assert.rejects(firstThatWorks([way("path", new TypeError("bug"), [])]), TypeError);
  });
});
