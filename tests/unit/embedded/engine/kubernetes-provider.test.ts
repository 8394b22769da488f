import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedPlugins, launcherText } from "../../../../embedded/engine/home.ts";
import {
  chooseProvider,
  officialProvider,
  providerForRemoval,
  providerVariable,
} from "../../../../embedded/engine/kubernetes-provider.ts";
import { dependencyVersion } from "../../../../embedded/engine/versions.ts";
import { pulumiHome } from "../../../../embedded/paths.ts";

const version = dependencyVersion("@pulumi/kubernetes");

describe("the official Kubernetes provider", () => {
  const home = process.env["HOME"];
  let folder: string;
  let plugin: string;
  let program: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "home-"));
    process.env["HOME"] = folder;
    plugin = join(folder, ".pulumi", "plugins", `resource-kubernetes-v${version}`);
    program = join(plugin, "pulumi-resource-kubernetes");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(program, "", { mode: 0o755 });
  });
  afterEach(() => {
    process.env["HOME"] = home;
    rmSync(folder, { recursive: true, force: true });
  });

  it("is found among the person's plugins", () => {
    assert.equal(officialProvider({}), program);
    assert.equal(officialProvider({ PULUMI_HOME: "" }), program);
    assert.equal(officialProvider({ PULUMI_HOME: join(folder, ".pulumi") }), program);
    assert.equal(officialProvider({ PULUMI_HOME: join(folder, "other") }), undefined);
  });

  it("is looked for at the usual place in a shell that uses the project's own home", () => {
    assert.equal(officialProvider({ PULUMI_HOME: pulumiHome() }), program);
  });

  it("is not there while it is being installed, or when it cannot run", () => {
    writeFileSync(`${plugin}.partial`, "");
    assert.equal(officialProvider({}), undefined);
    rmSync(`${plugin}.partial`);
    chmodSync(program, 0o644);
    assert.equal(officialProvider({}), undefined);
    rmSync(program);
    mkdirSync(program);
    assert.equal(officialProvider({}), undefined);
  });
});

describe("the choice of a Kubernetes provider", () => {
  const official = "/plugins/official";
  const embedded = { name: "embedded", program: "" } as const;

  for (const [title, made, found, want] of [
    [
      "the official one where it is installed",
      undefined,
      official,
      { name: "official", program: official, why: `${version}, from ${official}` },
    ],
    [
      "the embedded one where it is not",
      undefined,
      undefined,
      { ...embedded, why: `the official ${version} is not installed` },
    ],
    [
      "the one that made the stack, if embedded",
      "embedded",
      undefined,
      { ...embedded, why: "which made this stack" },
    ],
    [
      "the one that made the stack, although the official one has come, and says how to change",
      "embedded",
      official,
      {
        ...embedded,
        why: `which made this stack; "npm run down -- mine" first, to use the official ${version}`,
      },
    ],
    [
      "the one that made the stack, if official",
      "official",
      official,
      { name: "official", program: official, why: `${version}, from ${official}` },
    ],
  ] as const) {
    it(`is ${title}`, () => assert.deepEqual(chooseProvider("mine", made, found), want));
  }

  it("is refused when the one that made the stack is gone", () => {
    assert.throws(() => chooseProvider("mine", "official", undefined), {
      name: "Failure",
      message: `the stack "mine" was made with the official Kubernetes provider ${version}, which is not installed any more; fix: "pulumi plugin install resource kubernetes ${version}", or "npm run down -- mine" first and bring it up anew with the embedded one`,
    });
  });

  it("falls on the embedded one to take down what nobody else can", () => {
    assert.equal(providerForRemoval("official", official).program, official);
    assert.equal(providerForRemoval("official", undefined).program, "");
    assert.equal(providerForRemoval("embedded", official).program, "");
    assert.equal(providerForRemoval(undefined, official).program, "");
  });

  it("reaches the launcher by its variable, which is empty for the embedded one", () => {
    const [plugin] = embeddedPlugins.filter(({ name }) => name === "kubernetes");
    assert.equal(plugin?.replacedBy, providerVariable);
    const text = launcherText("/bin/echo", "embedded", providerVariable);
    const run = (value?: string) =>
      execFileSync("/bin/sh", ["-c", text, "launcher", "127.0.0.1:1"], {
        encoding: "utf8",
        env: value === undefined ? {} : { [providerVariable]: value },
      });
    assert.equal(run(), "embedded 127.0.0.1:1\n");
    assert.equal(run(""), "embedded 127.0.0.1:1\n");
    assert.equal(run("/bin/echo"), "127.0.0.1:1\n");
  });
});
