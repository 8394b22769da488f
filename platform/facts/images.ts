/** Every image the platform itself chooses, in one table. */

export interface Image {
  readonly repository: string;
  readonly tag: string;
  /** `unresolved` until it was read from the registry; never typed in from memory. */
  readonly digest: `sha256:${string}` | "unresolved";
  /** Where the version was read. */
  readonly source: string;
  /** Month the source was read. */
  readonly checked: `${number}-${number}`;
}

export const images = {
  triton: {
    repository: "nvcr.io/nvidia/tritonserver",
    // Lowest release without a known high or critical bulletin: 5875 is fixed in 26.07.
    tag: "26.07-py3",
    digest: "unresolved",
    source: "https://github.com/NVIDIA/product-security",
    checked: "2026-11",
  },
  storageInitializer: {
    repository: "docker.io/kserve/storage-initializer",
    tag: "v0.20.0",
    digest: "unresolved",
    source: "https://kserve.github.io/website/docs/model-serving/storage/storage-containers",
    checked: "2026-11",
  },
  /** KServe's own program, with only what it takes to load from the embedded stack's model store. */
  localStorageInitializer: {
    repository: "localhost/inference-platform/storage-initializer",
    tag: "0.20.0",
    digest: "unresolved", // Built on each machine; the digest is in the stack's site.
    source: "https://github.com/kserve/kserve/tree/v0.20.0/python/storage",
    checked: "2026-11",
  },
} as const satisfies Record<string, Image>;

/** The reference a container runtime pulls: by digest where it is known, else by tag. */
export function imageReference({ repository, tag, digest }: Image): string {
  return digest === "unresolved" ? `${repository}:${tag}` : `${repository}:${tag}@${digest}`;
}

/** Whether `reference` is one of the table's images whose digest nobody has read yet. */
export function isUnresolvedImage(reference: string): boolean {
  return Object.values<Image>(images).some(
    (image) => image.digest === "unresolved" && imageReference(image) === reference,
  );
}
