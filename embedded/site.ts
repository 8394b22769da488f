/** Keeps what a stack has on this machine in a file of the stack's own folder. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { emptySite, type Site } from "../platform/contracts/site.ts";
import { writeIfChanged } from "./kubernetes/settings.ts";
import { stackPaths } from "./paths.ts";

const schema = z.object({
  images: z.record(z.string(), z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)])),
  realNode: z
    .object({
      name: z.string(),
      capacity: z.object({
        cpu: z.number(),
        memoryMiB: z.number(),
        ephemeralStorageMiB: z.number(),
        pods: z.number(),
      }),
    })
    .exactOptional(),
}) satisfies z.ZodType<Site>;

/** What `stack` has on this machine; nothing when it was never brought up, or when the file is damaged. */
export function readSite(stack: string): Site {
  try {
    return schema.parse(JSON.parse(readFileSync(stackPaths(stack).site, "utf8")));
  } catch {
    return emptySite;
  }
}

/** Readers see the old site or the new, never a half. */
export function writeSite(stack: string, site: Site): void {
  writeIfChanged(stackPaths(stack).site, `${JSON.stringify(site, null, 2)}\n`);
}
