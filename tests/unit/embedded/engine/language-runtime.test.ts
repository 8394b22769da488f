import assert from "node:assert/strict";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { programEnvironment, runArguments } from "../../../../embedded/engine/language-runtime.ts";

function request() {
  const info = new languagePb.ProgramInfo();
  info.setRootDirectory("/p");
  info.setProgramDirectory("/p/stacks");
  info.setEntryPoint(".");
  const run = new languagePb.RunRequest();
  run.setInfo(info);
  run.setMonitorAddress("127.0.0.1:1");
  run.setProject("trial");
  run.setStack("local");
  run.setOrganization("organization");
  run.setParallel(16);
  run.setArgsList(["x"]);
  return run;
}

describe("running a program", () => {
  it("tells the SDK where the engine is and which stack it is for", () => {
    assert.deepEqual(runArguments(request(), "127.0.0.1:2"), [
      "--monitor=127.0.0.1:1",
      "--engine=127.0.0.1:2",
      "--organization=organization",
      "--project=trial",
      "--root-directory=/p",
      "--stack=local",
      "--pwd=/p/stacks",
      "--parallel=16",
      ".",
      "x",
    ]);
  });

  it("says when it is a preview", () => {
    const preview = request();
    preview.setDryrun(true);
    assert.ok(runArguments(preview, "e").includes("--dry-run"));
  });

  it("leaves out what the engine does not say", () => {
    const bare = new languagePb.RunRequest();
    bare.setPwd("/p");
    bare.setMonitorAddress("m");
    assert.deepEqual(runArguments(bare, "e"), [
      "--monitor=m",
      "--engine=e",
      "--pwd=/p",
      "--parallel=0",
      ".",
    ]);
  });

  it("passes configuration in the environment, and that Node runs TypeScript itself", () => {
    const run = request();
    run.getConfigMap().set("trial:word", "hello");
    run.setConfigsecretkeysList(["trial:word"]);
    assert.deepEqual(programEnvironment(run), {
      PULUMI_CONFIG: '{"trial:word":"hello"}',
      PULUMI_CONFIG_SECRET_KEYS: '["trial:word"]',
      PULUMI_NODEJS_TYPESCRIPT: "false",
    });
  });
});
