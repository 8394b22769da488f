/** Versions that this project has pinned already, so that each is written down once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readString } from "../kubernetes/objects.ts";
import { checkoutRoot } from "../paths.ts";

/** Version of a dependency of the root `package.json`, where every version is exact. */
export function dependencyVersion(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(checkoutRoot, "package.json"), "utf8"));
  const version = readString(manifest, "dependencies", name);
  if (version === undefined) throw new Error(`package.json has no dependency "${name}"`);
  return version;
}

/** Version of the Pulumi CLI and engine: that of the SDK, because the two talk to each other. */
export const pulumiVersion = dependencyVersion("@pulumi/pulumi");
