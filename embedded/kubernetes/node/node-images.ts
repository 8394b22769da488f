/** Images of a real node. There is no registry: each is an archive that is read in. */
import { join } from "node:path";
import type { LocalImage } from "../../images/ensure-image.ts";
import { runInside } from "./enter.ts";
import type { NodePrograms } from "./processes.ts";

/** Name by which containerd finds an image when a pod asks for its digest. */
function digestReference({ reference, digest }: LocalImage): string {
  return `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`;
}

/** A node's images, as `ctr` of its containerd knows them. */
export class NodeImages {
  readonly #ctr: string;
  readonly #init: number;

  constructor(init: number, { containerd }: Pick<NodePrograms, "containerd">) {
    this.#ctr = join(containerd, "ctr");
    this.#init = init;
  }

  /** References of all images. @throws Failure while containerd does not answer */
  async list(): Promise<readonly string[]> {
    return (await this.#run("images", "list", "--quiet")).split("\n");
  }

  /** Reads in those images that the node does not have. A tag that means another image by now is moved. */
  async ensure(images: readonly LocalImage[]): Promise<void> {
    const present = new Set(await this.list());
    for (const image of images) {
      if (present.has(digestReference(image))) continue;
      await this.#run("images", "import", "--local", image.archive);
      await this.#run("images", "tag", "--force", image.reference, digestReference(image));
    }
  }

  #run(...args: readonly string[]): Promise<string> {
    return runInside(this.#init, this.#ctr, ["--namespace=k8s.io", ...args]);
  }
}
