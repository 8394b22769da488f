/** What a path of the local model bucket leads to: never anything outside its folder. */
import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

/** What is to be sent. */
export interface Found {
  /** A folder is sent as a tar. */
  readonly kind: "folder" | "file";
  /** Real path, without links. */
  readonly path: string;
}

/**
 * What `url`, the path of a request, asks for: `/a/b.tar` is the folder `a/b`, or else the file of that name.
 * @param bucket folder that stands for the bucket
 */
export async function findModel(bucket: string, url: string): Promise<Found | undefined> {
  const names = namesIn(url);
  if (names === undefined) return undefined;
  const path = names.join(sep);
  const folder = path.endsWith(".tar") ? await inside(bucket, path.slice(0, -4)) : undefined;
  if (folder?.kind === "folder") return folder;
  const file = await inside(bucket, path);
  return file?.kind === "file" ? file : undefined;
}

/** The decoded names between the slashes, when each is the name of a file or folder and nothing else. */
function namesIn(url: string): readonly string[] | undefined {
  const [path = ""] = url.split("?", 1);
  const [beforeFirstSlash, ...encoded] = path.split("/");
  const names = encoded.map(decoded);
  return beforeFirstSlash === "" && names.every(isName) ? names : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // A lone % or bytes that are no text; nothing is called so.
  }
}

function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}

/** What there is at `path`, when it is there, in the folder also after all links are followed, and a file or a folder. */
async function inside(bucket: string, path: string): Promise<Found | undefined> {
  try {
    const [root, real] = await Promise.all([realpath(bucket), realpath(join(bucket, path))]);
    if (!real.startsWith(`${root}${sep}`)) return undefined;
    const entry = await stat(real);
    if (entry.isDirectory()) return { kind: "folder", path: real };
    return entry.isFile() ? { kind: "file", path: real } : undefined;
  } catch {
    return undefined; // Not there, or not to be read.
  }
}
