/** A throw-away Pulumi project with the fake provider and the Kubernetes one, in a temporary folder that holds its state and its world too. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPlugin, embeddedPlugins, prepareHome } from "../../embedded/engine/home.ts";
import { ensurePulumi } from "../../embedded/engine/pulumi-cli.ts";
import type { RunOptions } from "../../embedded/engine/run.ts";
import { checkoutRoot } from "../../embedded/paths.ts";
import { silent } from "../../embedded/progress.ts";

/** A project made by `engineProject`. */
export interface EngineProject {
  readonly folder: string;
  readonly options: RunOptions & { readonly project: string };
  /** Names of the things that exist outside of the state. */
  readonly things: () => readonly string[];
  /** Removes everything and gives the environment back. */
  readonly remove: () => void;
}

const ours = embeddedPlugins.filter(({ name }) => name === "nodejs" || name === "kubernetes");
const fake: EmbeddedPlugin = {
  kind: "resource",
  name: "fake",
  version: "1.0.0",
  main: "tests/support/fake-provider.ts",
};

/** The stack file of every such project; the salt belongs to the passphrase of the embedded backend. */
export const stackFile = `# Kept as it is, this comment too.
encryptionsalt: v1:yuBF9ygMaZ8=:v1:9DQvJNy8kLJTMCJh:7g8FNoQ687sVoRCUphXyb9M6jSVE6Q==
config:
  trial:word: "hello"
`;

const programHead = `import * as pulumi from "@pulumi/pulumi";
class Thing extends pulumi.CustomResource {
  declare readonly text: pulumi.Output<string>;
  constructor(name: string, args: Record<string, pulumi.Input<unknown>>) {
    super("fake:index:Thing", name, { name, ...args }, { version: "1.0.0" });
  }
}
`;

/** Makes a project whose program has the class \`Thing\` and goes on with `program`. */
export async function engineProject(program: string): Promise<EngineProject> {
  // A space, because users have them in their paths.
  const folder = mkdtempSync(join(tmpdir(), "engine project "));
  const project = join(folder, "project");
  const world = join(folder, "world");
  const before = process.env["INFERENCE_PLATFORM_STATE"];
  process.env["INFERENCE_PLATFORM_STATE"] = join(folder, "state");
  prepareHome([...ours, fake]);
  const files = {
    "Pulumi.yaml":
      "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\nmain: stacks\nstackConfigDir: stacks\n",
    "package.json": '{ "name": "trial", "private": true, "type": "module" }',
    "stacks/index.ts": programHead + program,
    "stacks/Pulumi.local.yaml": stackFile,
    "pack/PulumiPolicy.yaml": "runtime: nodejs\n",
    "pack/package.json":
      '{ "name": "pack", "version": "0.0.1", "type": "module", "main": "boot.cjs" }',
    "pack/boot.cjs": 'module.exports = import("./index.ts");\n',
    "pack/index.ts": pack,
  };
  mkdirSync(join(project, "stacks"), { recursive: true });
  mkdirSync(join(project, "pack"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  symlinkSync(join(checkoutRoot, "node_modules"), join(project, "node_modules"));
  return {
    folder,
    options: {
      stack: "local",
      cli: await ensurePulumi(silent),
      logFile: join(folder, "log"),
      project,
      env: { FAKE_WORLD: world },
    },
    things: () =>
      existsSync(world) ? readdirSync(world).map((name) => name.replace(/\.json$/, "")) : [],
    remove: () => {
      if (before === undefined) delete process.env["INFERENCE_PLATFORM_STATE"];
      else process.env["INFERENCE_PLATFORM_STATE"] = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const pack = `import { PolicyPack } from "@pulumi/policy";
new PolicyPack("pack", {
  policies: [
    {
      name: "no-bad-text",
      description: "bad text",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.props.text === "bad") report("the text is bad");
      },
    },
  ],
});
`;
