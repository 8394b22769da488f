/**
 * Writes container images as OCI archives. The same content gives the same bytes: nothing of the time, the user or the
 * order of files on this machine gets in.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md (checked 2026-11)
 */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileHash } from "./content-key.ts";
import { runTool } from "./run-tool.ts";

/** SHA-256 of a blob, in the words of OCI. */
export type Digest = `sha256:${string}`;

/** How a container of the image runs. */
export interface ImageConfig {
  readonly uid: number;
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDir: string;
}

/** An image before it is written. */
export interface ImageContent {
  /** Name and tag, under which it is found after the import. */
  readonly reference: string;
  readonly architecture: "amd64" | "arm64";
  readonly config: ImageConfig;
  /** Folders, each a layer over the one before. */
  readonly layers: readonly string[];
}

/** A blob as others name it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/**
 * Arguments of GNU tar that keep what differs between machines out of an archive. Whoever runs the container may read all
 * files, and nobody writes them: modes are 644 or 755.
 * @see https://www.gnu.org/software/tar/manual/html_section/Reproducibility.html (checked 2026-11)
 */
const reproducible = [
  "--format=gnu",
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--mode=u=rwX,go=rX,a-st",
] as const;

/**
 * Writes the archive and returns the digest of the image's manifest.
 * @param scratch folder that is not there yet; it is gone at the end
 */
export async function writeImage(
  content: ImageContent,
  archive: string,
  scratch: string,
): Promise<Digest> {
  const blobs = join(scratch, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  try {
    const layers: Descriptor[] = [];
    for (const folder of content.layers) layers.push(await writeLayer(folder, blobs));
    const config = writeJson(configOf(content, layers), types.config, blobs);
    const manifest = writeJson(manifestOf(config, layers), types.manifest, blobs);
    writeFileSync(join(scratch, "index.json"), JSON.stringify(indexOf(content, manifest)));
    writeFileSync(join(scratch, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    await pack(archive, scratch, ["oci-layout", "index.json", "blobs"]);
    return manifest.digest;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function writeLayer(folder: string, blobs: string): Promise<Descriptor> {
  const file = join(blobs, "layer");
  await pack(file, folder, ["."]);
  const hash = await fileHash(file);
  const { size } = statSync(file);
  renameSync(file, join(blobs, hash));
  return { mediaType: types.layer, digest: `sha256:${hash}`, size };
}

async function pack(archive: string, folder: string, names: readonly string[]): Promise<void> {
  await runTool("tar", ["--create", "--file", archive, ...reproducible, "-C", folder, ...names]);
}

function writeJson(value: object, mediaType: string, blobs: string): Descriptor {
  const text = JSON.stringify(value);
  const hash = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(blobs, hash), text);
  return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
}

/** @see https://github.com/opencontainers/image-spec/blob/main/media-types.md (checked 2026-11) */
const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  // Not compressed: images stay on this machine, and packing costs more than it saves.
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** How images are written, for keys of caches. */
export const format: readonly unknown[] = [reproducible, types];

/** @see https://github.com/opencontainers/image-spec/blob/main/config.md (checked 2026-11) */
export function configOf({ architecture, config }: ImageContent, layers: readonly Descriptor[]) {
  return {
    architecture,
    os: "linux",
    config: {
      User: `${config.uid}:${config.uid}`,
      Env: Object.entries(config.environment).map(([name, value]) => `${name}=${value}`),
      Entrypoint: config.entrypoint,
      WorkingDir: config.workingDir,
    },
    // A layer that is not compressed is its own content.
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  };
}

/** @see https://github.com/opencontainers/image-spec/blob/main/manifest.md (checked 2026-11) */
export function manifestOf(config: Descriptor, layers: readonly Descriptor[]) {
  return { schemaVersion: 2, mediaType: types.manifest, config, layers };
}

/**
 * `ctr` and the CRI name the image after containerd's own annotation.
 * @see https://github.com/containerd/containerd/blob/main/core/images/annotations.go (checked 2026-11)
 */
export function indexOf({ reference, architecture }: ImageContent, manifest: Descriptor) {
  return {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [
      {
        ...manifest,
        platform: { architecture, os: "linux" },
        annotations: {
          "io.containerd.image.name": reference,
          "org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1),
        },
      },
    ],
  };
}
