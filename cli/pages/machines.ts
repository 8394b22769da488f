/** The reference page of what each cloud offers. */
import type { Capability } from "../../platform/contracts/capability.ts";
import type { CloudFacts } from "../../platform/contracts/cloud.ts";
import { cloudFacts } from "../../platform/facts/clouds.ts";
import { gpus } from "../../platform/facts/gpus.ts";
import { showMebibytes } from "../../platform/units.ts";
import { heading, page, table } from "./markdown.ts";

export function machinesPage(): string {
  return page(
    heading("Machines", "`platform/facts`"),
    "What a pool may ask for. `machine: { cpu, memory }` and `gpu` get the smallest machine that has both; `machine: <name>` gets that one.",
    "## GPUs",
    table(
      ["model", "memory", ...Object.keys(cloudFacts)],
      Object.entries(gpus).map(([model, { memoryGiB }]) => [
        `\`${model}\``,
        `${memoryGiB} GiB`,
        ...Object.values(cloudFacts).map((facts) => countsOf(model, facts)),
      ]),
    ),
    ...Object.entries(cloudFacts).flatMap(([cloud, facts]) => cloudBlocks(cloud, facts)),
  );
}

/** The counts that a cloud has a GPU model in. */
function countsOf(model: string, { machines }: CloudFacts): string {
  const counts = Object.values(machines).flatMap(({ gpu }) =>
    gpu?.model === model ? String(gpu.count) : [],
  );
  return counts.join(", ") || "none";
}

function cloudBlocks(cloud: string, { machines, capabilities, provisioning }: CloudFacts) {
  return [
    `## ${cloud}`,
    table(
      ["machine", "CPUs", "memory", "disk", "GPUs"],
      Object.entries(machines).map(([name, { cpu, memoryMiB, ephemeralStorageMiB, gpu }]) => [
        `\`${name}\``,
        String(cpu),
        showMebibytes(memoryMiB),
        showMebibytes(ephemeralStorageMiB),
        gpu ? `${gpu.count} x ${gpu.model}` : "",
      ]),
    ),
    `A node is taken to be ready after ${provisioning.cpuNodeSeconds} s, one with GPUs after ${provisioning.gpuNodeSeconds} s.`,
    table(
      ["feature", "support", "what to know"],
      Object.entries(capabilities).map(([feature, capability]) => [
        feature,
        capability.support,
        remark(capability),
      ]),
    ),
  ];
}

function remark(capability: Capability): string {
  switch (capability.support) {
    case "native":
      return `by ${capability.via}`;
    case "substitute":
      return `by ${capability.via}; ${capability.differs}`;
    case "none":
      return capability.reason;
  }
}
