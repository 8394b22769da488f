/** A small valid platform for tests: build it, then break one thing. */
import { planOrThrow } from "../../platform/plan/index.ts";
import type { PlatformPlan } from "../../platform/plan/plan.ts";
import { loadFrom } from "../../platform/spec/load.ts";

/** Text of each file, by its path below the checkout. */
type Files = Record<
  "stacks/small.yaml" | "services/vision/iris.yaml" | "services/vision/resnet50.yaml",
  string
>;

const files: Files = {
  "stacks/small.yaml": `
version: 1
kind: platform
name: small
cloud: local
environment: dev
owner: ml-platform
costCenter: "4711"
kubernetes: { version: "1.36" }
pools:
  cpu: { machine: { cpu: 4, memory: 16GiB }, nodes: 2 }
  l4: { gpu: { model: l4, count: 1 }, nodes: 3, taints: [{ key: tier, value: gold, effect: NoExecute }] }
teams:
  vision: { pools: [cpu, l4], gpus: 3, modelPrefix: vision/ }
services:
  iris: { from: vision/iris, replicas: 1 }
  resnet50: { from: vision/resnet50, replicas: 2 }
`,
  "services/vision/iris.yaml": `
server: fastapi
image: registry.example/iris:1.0.0
resources: { cpu: 0.5, memory: 512MiB }
requestTimeout: 10s
`,
  "services/vision/resnet50.yaml": `
server: triton
model: { path: vision/resnet50/1, size: 100MiB }
gpu: { model: l4, count: 1 }
resources: { cpu: 4, memory: 8GiB }
requestTimeout: 45s
`,
};

/** The plan of these files, after `edit` has changed some of their texts. */
export function smallPlan(edit: (files: Files) => void = () => {}): PlatformPlan {
  const edited = { ...files };
  edit(edited);
  const texts = new Map(Object.entries(edited));
  const services = ["vision/iris", "vision/resnet50"];
  return planOrThrow(loadFrom("stacks/small.yaml", (file) => texts.get(file), services));
}
