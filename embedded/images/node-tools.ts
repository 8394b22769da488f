/** Programs of Debian that a real node runs on this machine, without installing them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachedFolder } from "../engine/cached-folder.ts";
import { shellQuote } from "../engine/home.ts";
import { Failure } from "../failure.ts";
import { buildsRoot } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { shortHash } from "./content-key.ts";
import { debianCommand, ensureDebianFolder } from "./debian.ts";
import { runTool } from "./run-tool.ts";

/** Packages of the tools, and of the pause image's only program. */
export const nodePackages = ["nftables", "iproute2", "openssl", "runc", "catatonit"] as const;

/** Where each tool is among the unpacked packages. */
const tools = { nft: "usr/sbin/nft", ip: "usr/bin/ip", openssl: "usr/bin/openssl" } as const;

/** A node's tools. */
export interface NodeTools {
  /** Folder of `nft`, `ip` and `openssl`, for PATH. They use libraries of their own, never the machine's. */
  readonly path: string;
  /** The program runc itself: it starts itself anew through `/proc/self/exe`, so it bears no wrapper. */
  readonly runc: string;
}

/**
 * Gets the tools unless this machine has them.
 * @throws Failure when Debian's packages cannot be had, or the machine lacks the library that runc needs
 */
export async function nodeTools(progress: Progress): Promise<NodeTools> {
  const packages = await ensureDebianFolder(nodePackages, progress);
  const scripts = Object.entries(tools).map(
    ([name, program]) => [name, wrapper(debianCommand(packages, program))] as const,
  );
  const folder = join(buildsRoot(), `node-tools-${shortHash(scripts)}`);
  const path = await cachedFolder(folder, "set up the node's tools", progress, async (partial) => {
    for (const [name, script] of scripts)
      writeFileSync(join(partial, name), script, { mode: 0o755 });
  });
  const runc = join(packages, "usr/sbin/runc");
  await checkRunc(runc);
  return { path, runc };
}

/** A shell script that runs a command with its own arguments behind it. */
export function wrapper(command: readonly string[]): string {
  return `#!/bin/sh\nexec ${command.map(shellQuote).join(" ")} "$@"\n`;
}

async function checkRunc(runc: string): Promise<void> {
  try {
    await runTool(runc, ["--version"]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!reason.includes("libseccomp")) throw error;
    throw new Failure(`runc needs a library that this machine lacks: apt-get install libseccomp2`);
  }
}
