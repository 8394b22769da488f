/** Keeps on which cluster a stack was made, and by which Kubernetes provider, in a file of the stack's own folder. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { providerNames } from "./engine/kubernetes-provider.ts";
import { writeIfChanged } from "./kubernetes/settings.ts";
import { stackPaths } from "./paths.ts";

const schema = z.object({
  provider: z.enum(providerNames),
  /** Of an existing cluster: the uid of its namespace kube-system, which stands for the cluster for as long as it lives. */
  uid: z.string().exactOptional(),
});

export type ClusterRecord = z.infer<typeof schema>;

/** What is recorded of `stack`; `undefined` when it was never brought up by a command of ours, or the file is damaged. */
export function readClusterRecord(stack: string): ClusterRecord | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(stackPaths(stack).clusterRecord, "utf8")));
  } catch {
    return undefined;
  }
}

/** Readers see the old record or the new, never a half. */
export function writeClusterRecord(stack: string, record: ClusterRecord): void {
  writeIfChanged(stackPaths(stack).clusterRecord, `${JSON.stringify(record, null, 2)}\n`);
}
