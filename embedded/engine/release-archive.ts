/**
 * Downloads an official Pulumi release and checks it against the checksum file published beside it.
 * Not tried against the real server: only against a server of the tests that answers in the same way.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Failure } from "../failure.ts";
import type { Step } from "../progress.ts";

const run = promisify(execFile);

/**
 * Folder of the releases.
 * @see https://www.pulumi.com/docs/iac/download-install (checked 2026-11)
 */
export const releases = "https://get.pulumi.com/releases/sdk";

/** How long the server may take to answer, in milliseconds; a machine without a way out must not wait for long. */
const answerMs = 5_000;
/** How long a download may stand still, in milliseconds. */
const stallMs = 30_000;

/** Names that Pulumi's archives use for operating systems and processors, by Node's names. */
const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin" };
const processors: Readonly<Record<string, string>> = { x64: "x64", arm64: "arm64" };

/** File names of a release for one machine, or `undefined` where Pulumi publishes no archive that we can unpack. */
export function releaseFiles(
  version: string,
  platform: string,
  arch: string,
): { readonly archive: string; readonly checksums: string } | undefined {
  const system = systems[platform];
  const processor = processors[arch];
  if (system === undefined || processor === undefined) return undefined;
  return {
    archive: `pulumi-v${version}-${system}-${processor}.tar.gz`,
    checksums: `pulumi-${version}-checksums.txt`,
  };
}

/**
 * The SHA-256 that a checksum file gives for `file`.
 * @throws Failure when there is none
 */
export function checksumOf(checksums: string, file: string): string {
  for (const line of checksums.split("\n")) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum !== undefined && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  throw new Failure(`the checksum file has no SHA-256 of ${file}`);
}

/**
 * Downloads the release for this machine and unpacks it into the folder `bin` of `into`: the CLI with its language hosts
 * beside it.
 * @throws Failure when the server cannot be reached, a download breaks off, or the checksum differs
 */
export async function unpackRelease(
  version: string,
  into: string,
  step: Step,
  from: string = releases,
): Promise<void> {
  const files = releaseFiles(version, process.platform, process.arch);
  if (files === undefined) {
    throw new Failure(`Pulumi has no release archive for ${process.platform} on ${process.arch}`);
  }
  step.update(`asking ${new URL(from).host}`);
  const wanted = checksumOf(await text(`${from}/${files.checksums}`), files.archive);
  const archive = join(into, files.archive);
  await download(`${from}/${files.archive}`, archive, step);
  step.update("checking");
  const found = await sha256(archive);
  if (found !== wanted) {
    throw new Failure(
      `${files.archive} has SHA-256 ${found}, but ${files.checksums} says ${wanted}`,
    );
  }
  step.update("unpacking");
  await run("tar", ["-xzf", archive, "-C", into]);
  rmSync(archive);
  // The archive holds one folder `pulumi` with the CLI and its language hosts side by side.
  renameSync(join(into, "pulumi"), join(into, "bin"));
}

async function text(url: string): Promise<string> {
  const signal = AbortSignal.timeout(answerMs);
  try {
    return await (await answer(url, signal)).text();
  } catch (error) {
    throw new Failure(`${url} could not be read: ${reasonOf(error, signal)}`);
  }
}

async function download(url: string, path: string, step: Step): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), answerMs);
  let received = 0;
  try {
    const response = await answer(url, stalled.signal);
    const total = Number(response.headers.get("content-length") ?? 0);
    const counted = async function* (
      chunks: AsyncIterable<Uint8Array>,
    ): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        received += chunk.length;
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), stallMs);
        step.update(`downloading, ${megabytes(received)} of ${megabytes(total)} MB`);
        yield chunk;
      }
    };
    await pipeline(
      Readable.fromWeb(response.body ?? new ReadableStream()),
      counted,
      createWriteStream(path),
    );
  } catch (error) {
    const how = received > 0 ? `broke off after ${megabytes(received)} MB` : "could not begin";
    throw new Failure(`the download of ${url} ${how}: ${reasonOf(error, stalled.signal)}`);
  } finally {
    clearTimeout(timer);
  }
}

async function answer(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`);
  return response;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** `fetch` says only "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "nothing came for too long";
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
