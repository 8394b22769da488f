import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import {
  engineEnvironment,
  shellEnvironment,
  shellExports,
} from "../../../../embedded/engine/environment.ts";
import type { PulumiCli } from "../../../../embedded/engine/pulumi-cli.ts";
import { backendFolder, pulumiHome, stackPaths } from "../../../../embedded/paths.ts";

const cli: PulumiCli = { path: "/tools/pulumi", source: "path" };

describe("the environment of a person's shell", () => {
  it("points Pulumi and kubectl at the embedded stack", () => {
    const { path, variables } = shellEnvironment("local", cli);
    assert.deepEqual(path.slice(0, 2), [dirname(process.execPath), "/tools"]);
    assert.equal(variables["PULUMI_HOME"], pulumiHome());
    assert.equal(variables["PULUMI_BACKEND_URL"], `file://${backendFolder()}`);
    assert.equal(variables["PULUMI_CONFIG_PASSPHRASE"], "local");
    assert.equal(variables["KUBECONFIG"], stackPaths("local").kubeconfig);
  });

  it("is printed so that eval sets it, in front of the PATH that is there", () => {
    const text = shellExports({ path: ["/a b", "/c"], variables: { NAME: "it's $HOME" } });
    const script = `${text}\nprintf '%s\\n' "$PATH" "$NAME"`;
    const printed = execFileSync("/bin/sh", ["-c", script], {
      env: { PATH: "/bin" },
      encoding: "utf8",
    });
    assert.deepEqual(printed.split("\n"), ["/a b:/c:/bin", "it's $HOME", ""]);
  });
});

describe("the environment of a run", () => {
  const environment = engineEnvironment("local", cli, {
    HOME: "/home/ann",
    PATH: "/usr/bin",
    PULUMI_ACCESS_TOKEN: "secret",
    PULUMI_OPTION_POLICY_PACK: "/elsewhere",
    PULUMI_BACKEND_URL: "s3://elsewhere",
  });

  it("keeps what is not Pulumi's and drops what is", () => {
    assert.equal(environment["HOME"], "/home/ann");
    assert.equal(environment["PULUMI_ACCESS_TOKEN"], undefined);
    assert.equal(environment["PULUMI_OPTION_POLICY_PACK"], undefined);
    assert.equal(environment["PULUMI_BACKEND_URL"], `file://${backendFolder()}`);
  });

  it("puts our tools before all others on PATH", () => {
    assert.match(environment["PATH"] ?? "", /^.*:\/tools:.*:\/usr\/bin$/);
  });

  it("turns the event log on", () => {
    assert.equal(environment["PULUMI_DEBUG_COMMANDS"], "true");
  });
});
