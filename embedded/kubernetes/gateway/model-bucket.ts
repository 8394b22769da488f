/**
 * The model bucket of a machine without a cloud: a folder, over HTTP, for KServe's storage initializer. That one goes by the
 * end of the name, and refuses an answer of another type than it expects.
 * @see https://github.com/kserve/kserve/blob/master/python/storage/kserve_storage/kserve_storage.py (checked 2026-11)
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Log, reasonOf } from "./log.ts";
import { type Found, findModel } from "./model-path.ts";

/** Types of archives by the end of the name. Anything else is `application/octet-stream`. */
const archiveTypes = [
  [/\.(tar|tar\.gz|tgz)$/, "application/x-tar"],
  [/\.zip$/, "application/zip"],
] as const;

/** Serves folders, as a tar, and files of `bucket`; see `findModel` for the paths. */
export function modelBucket(bucket: string, log: Log): Server {
  return createServer((request, response) => {
    const { method = "", url = "" } = request;
    // A download that breaks off must not look complete: the end of the connection tells.
    response.setHeader("connection", "close");
    answer(bucket, method, url, response).catch((error: unknown) => {
      log(`models: ${JSON.stringify(url)}: ${reasonOf(error)}`);
      if (response.headersSent) response.destroy();
      else
        say(response, 500, "this model could not be read; the log of the node's gateway says why");
    });
  });
}

async function answer(
  bucket: string,
  method: string,
  url: string,
  response: ServerResponse,
): Promise<void> {
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    say(response, 405, "models can only be read: use GET or HEAD");
    return;
  }
  const found = await findModel(bucket, url);
  if (found === undefined) {
    const fix = "a folder is asked for as <path>.tar, a file as <path>";
    say(response, 404, `the model bucket has nothing at ${JSON.stringify(url)}: ${fix}`);
    return;
  }
  response.setHeader("content-type", typeOf(found));
  if (method === "GET" && found.kind === "folder") await sendFolder(found.path, response);
  else if (found.kind === "file") await sendFile(found.path, method, response);
  else response.end();
}

async function sendFile(path: string, method: string, response: ServerResponse): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    response.setHeader("content-length", size);
    if (method === "HEAD" || size === 0) response.end();
    // A file that grows meanwhile is sent as long as it was announced.
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

/** Links in the folder are sent as links, so what they lead to elsewhere is not. */
async function sendFolder(path: string, response: ServerResponse): Promise<void> {
  const tar = spawn("tar", ["-cf", "-", "-C", path, "."], { stdio: ["ignore", "pipe", "pipe"] });
  const [status, said] = await Promise.all([
    exitStatus(tar),
    text(tar.stderr),
    pipeline(tar.stdout, response, { end: false }),
  ]);
  if (status !== 0) throw new Error(`tar ended with status ${String(status)}: ${firstLine(said)}`);
  response.end();
}

/** The status a process ends with, or `null` when a signal ends it. */
async function exitStatus(child: ChildProcess): Promise<unknown> {
  const event: readonly unknown[] = await once(child, "close");
  return event[0];
}

function firstLine(lines: string): string {
  return lines.split("\n", 1)[0] ?? "";
}

/** A folder's archive, or a file by the end of its name. */
function typeOf({ kind, path }: Found): string {
  if (kind === "folder") return "application/x-tar";
  const row = archiveTypes.find(([end]) => end.test(path));
  return row?.[1] ?? "application/octet-stream";
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${sentence}\n`);
}
