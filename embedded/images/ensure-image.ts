/** Makes container images without a registry or a container engine, once per machine. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cachedFolder } from "../engine/cached-folder.ts";
import { buildsRoot } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { fileHash, shortHash } from "./content-key.ts";
import { architecture } from "./debian.ts";
import { type Digest, format, type ImageContent, writeImage } from "./oci.ts";
import { ensureWheels, pythonLayer } from "./python.ts";
import { type ImageName, type Recipe, recipes } from "./recipes.ts";

/** An image in a file, for `ctr images import`. */
export interface LocalImage {
  /** Name and tag, for example `localhost/inference-platform/iris:0.1.0`. */
  readonly reference: string;
  /** Of the manifest; the same content gives the same one. */
  readonly digest: Digest;
  /** Path of the OCI archive. */
  readonly archive: string;
}

/**
 * Makes the image of that name unless this machine has it.
 * @throws Failure when what it is made of cannot be had
 */
export function ensureImage(name: ImageName, progress: Progress): Promise<LocalImage> {
  return buildImage(recipes[name], progress);
}

/**
 * Makes the image of a recipe unless this machine has it, with all that the recipe names as it is now.
 * @throws Failure when what it is made of cannot be had
 */
export async function buildImage(recipe: Recipe, progress: Progress): Promise<LocalImage> {
  const below = recipe.python
    ? [await pythonLayer(progress), (await ensureWheels(recipe.python, progress)).folder]
    : [];
  const files = await recipe.files(progress);
  const { reference, uid, entrypoint, workingDir = "/" } = recipe;
  const environment = { ...(recipe.python && { PATH: "/usr/bin:/bin" }), ...recipe.environment };
  const content = {
    reference,
    architecture: architecture().oci,
    config: { uid, entrypoint, environment, workingDir },
  };
  const made = [format, content, below.map((folder) => basename(folder)), await hashes(files)];
  const name = basename(reference).replace(":", "-");
  const folder = join(buildsRoot(), `image-${name}-${shortHash(made)}`);
  await cachedFolder(folder, `make image ${basename(reference)}`, progress, (partial) =>
    make({ ...content, layers: below }, files, partial),
  );
  return { reference, ...imageIn(folder) };
}

async function hashes(
  files: Readonly<Record<string, string>>,
): Promise<readonly (readonly [path: string, hash: string])[]> {
  const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(sorted.map(async ([path, source]) => [path, await fileHash(source)] as const));
}

/** Names in a finished image's folder. */
const names = { archive: "image.tar", digest: "digest" } as const;

async function make(
  content: ImageContent,
  files: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> {
  const staged = join(folder, "files");
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(staged, path)), { recursive: true });
    copyFileSync(source, join(staged, path));
  }
  const layers = [...content.layers, staged];
  const archive = join(folder, names.archive);
  const digest = await writeImage({ ...content, layers }, archive, join(folder, "layout"));
  writeFileSync(join(folder, names.digest), digest);
  rmSync(staged, { recursive: true });
}

function imageIn(folder: string): Pick<LocalImage, "digest" | "archive"> {
  const digest = readFileSync(join(folder, names.digest), "utf8");
  if (!isDigest(digest)) throw new Error(`${join(folder, names.digest)} is no digest`);
  return { digest, archive: join(folder, names.archive) };
}

function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
