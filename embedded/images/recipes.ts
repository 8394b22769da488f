/** The images that this project makes, as data. `ensure-image.ts` makes them. */
import { join } from "node:path";
import { ensureBuild } from "../engine/go-build.ts";
import { checkoutRoot } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { ensureDebianFolder } from "./debian.ts";
import { nodePackages } from "./node-tools.ts";
import type { Lock } from "./python.ts";

/** What an image is made of. */
export interface Recipe {
  /** Name and tag. A tag is not used for anything else later: raise it when the image changes for its users. */
  readonly reference: string;
  readonly uid: number;
  readonly entrypoint: readonly string[];
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default - the root folder */
  readonly workingDir?: string;
  /** Packages over Debian's Python. @default - no Python: nothing but the files */
  readonly python?: Lock;
  /** Files of this machine, by their paths in the image. Gets or builds what is not there yet. */
  readonly files: (progress: Progress) => Promise<Readonly<Record<string, string>>>;
}

const registry = "localhost/inference-platform";
const iris = join(checkoutRoot, "examples", "iris");
const storageInitializer = join(checkoutRoot, "embedded", "images", "storage-initializer");

/** Every image, by its name. */
export const recipes = {
  /** Holds a pod's namespaces, and takes in processes that have lost their parents. */
  pause: {
    reference: `${registry}/pause:0.1.0`,
    uid: 65535,
    entrypoint: ["/pause", "-P"],
    files: async (progress) => ({
      // Debian's is linked statically.
      "/pause": join(await ensureDebianFolder(nodePackages, progress), "usr/bin/catatonit"),
    }),
  },
  coredns: {
    reference: `${registry}/coredns:1.15.0`,
    uid: 65532,
    // Port 53 takes NET_BIND_SERVICE, which the pod has to give.
    entrypoint: ["/coredns"],
    files: async (progress) => ({
      "/coredns": join(await ensureBuild("coredns", progress), "coredns"),
    }),
  },
  "metrics-server": {
    reference: `${registry}/metrics-server:0.9.0`,
    uid: 65532,
    entrypoint: ["/metrics-server"],
    files: async (progress) => ({
      "/metrics-server": join(await ensureBuild("metrics-server", progress), "metrics-server"),
    }),
  },
  /**
   * Copies a model into a pod as KServe's image of the same version does, but from http(s) only: s3, gs and azure need the
   * clouds' SDKs, which are in KServe's own image.
   */
  "storage-initializer": {
    reference: `${registry}/storage-initializer:0.20.0`,
    uid: 1000, // as KServe's own
    entrypoint: ["/usr/bin/python3", "/storage-initializer/entrypoint.py"],
    environment: { HOME: "/tmp" },
    // kserve-storage 0.20.0 refuses Python 3.13 for the sake of SDKs that are not here.
    python: { file: join(storageInitializer, "requirements.lock"), anyPython: true },
    files: async () => ({
      "/storage-initializer/entrypoint.py": join(storageInitializer, "entrypoint.py"),
    }),
  },
  /** The example model's server. */
  iris: {
    reference: `${registry}/iris:0.1.0`,
    uid: 10001,
    entrypoint: ["python3", "-m", "uvicorn", "main:app", "--host=0.0.0.0", "--port=8000"],
    workingDir: "/app",
    python: { file: join(iris, "requirements.lock") },
    files: async () => ({ "/app/main.py": join(iris, "main.py") }),
  },
} as const satisfies Record<string, Recipe>;

/** Name of an image. */
export type ImageName = keyof typeof recipes;
