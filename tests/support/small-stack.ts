/** A small stack that is right, as texts: change one thing and see what is said. */
import { emptySite, type Site } from "../../platform/contracts/site.ts";
import { formatIssue, SpecError } from "../../platform/issue.ts";
import { type Planned, plan } from "../../platform/plan/index.ts";
import type { PlatformPlan } from "../../platform/plan/plan.ts";
import { type Loaded, loadFrom } from "../../platform/spec/load.ts";

const files = {
  spec: {
    path: "stacks/small.yaml",
    text: `version: 1
kind: platform
name: small
cloud: local
environment: dev
owner: ml-platform
costCenter: "4711"
kubernetes: { version: "1.36" }
pools:
  cpu: { machine: { cpu: 4, memory: 16GiB }, nodes: 2 }
  l4: { gpu: { model: l4, count: 1 }, nodes: 3 }
teams:
  vision: { pools: [cpu, l4], gpus: 3, modelPrefix: vision/ }
  flowers: { pools: [cpu], gpus: 0, modelPrefix: flowers/ }
services:
  iris: { from: flowers/iris, replicas: 2 }
  resnet50: { from: vision/resnet50, replicas: 2 }
`,
  },
  iris: {
    path: "services/flowers/iris.yaml",
    text: `server: fastapi
image: registry.example/iris:1.0.0
resources: { cpu: 0.5, memory: 512MiB }
requestTimeout: 10s
`,
  },
  resnet50: {
    path: "services/vision/resnet50.yaml",
    text: `server: triton
model: { path: vision/resnet50/1, size: 100MiB }
gpu: { model: l4, count: 1 }
resources: { cpu: 4, memory: 8GiB }
requestTimeout: 30s
`,
  },
} as const;

/** A machine that is a node: it has room for the services without GPUs, of the small stack and of `local`. */
export const siteWithRealNode = {
  images: {},
  realNode: {
    name: "this-machine",
    capacity: { cpu: 2, memoryMiB: 8192, ephemeralStorageMiB: 50_000, pods: 100 },
  },
} as const satisfies Site;

type File = keyof typeof files;

/** In which file, what stands there (`undefined`: all of it), and what shall stand there. */
export type Edit = readonly [file: File, from: string | undefined, to: string];

/** Puts the small stack on a cluster that exists. */
export const onExistingCluster: readonly Edit[] = [
  ["spec", 'version: "1.36"', "use: { context: kind-mine, modelStore: s3://models }"],
  [
    "spec",
    `pools:
  cpu: { machine: { cpu: 4, memory: 16GiB }, nodes: 2 }
  l4: { gpu: { model: l4, count: 1 }, nodes: 3 }
`,
    "",
  ],
  ["spec", "pools: [cpu, l4], ", ""],
  ["spec", "pools: [cpu], ", ""],
];

export function loadSmall(...edits: readonly Edit[]): Loaded {
  return loadSmallAt(emptySite, ...edits);
}

function loadSmallAt(site: Site, ...edits: readonly Edit[]): Loaded {
  const texts = new Map(
    Object.values(files).map(({ path, text }) => [path as string, text as string]),
  );
  for (const [file, from, to] of edits) {
    const { path } = files[file];
    const text = texts.get(path) ?? "";
    if (from !== undefined && !text.includes(from)) throw new Error(`${path} has no ${from}`);
    texts.set(path, from === undefined ? to : text.replace(from, () => to));
  }
  const services = ["flowers/iris", "vision/resnet50"];
  return loadFrom(files.spec.path, (path) => texts.get(path), services, site);
}

export function judgeSmall(...edits: readonly Edit[]): Planned {
  return judgeSmallAt(emptySite, ...edits);
}

/** As `judgeSmall`, with what the stack has on a machine. */
export function judgeSmallAt(site: Site, ...edits: readonly Edit[]): Planned {
  return plan(loadSmallAt(site, ...edits));
}

/** What a person is told, line by line. */
export function messagesOf(...edits: readonly Edit[]): readonly string[] {
  return judgeSmall(...edits).issues.map(formatIssue);
}

/** @throws SpecError with every issue: a test that wants a plan shall say why it got none. */
export function planSmall(...edits: readonly Edit[]): PlatformPlan {
  return planSmallAt(emptySite, ...edits);
}

/** As `planSmall`, with what the stack has on a machine. */
export function planSmallAt(site: Site, ...edits: readonly Edit[]): PlatformPlan {
  const { plan: made, issues } = judgeSmallAt(site, ...edits);
  if (made === undefined) throw new SpecError(issues);
  return made;
}
