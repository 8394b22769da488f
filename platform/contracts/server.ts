/** What a model server's fact file says. One file of the plan turns it into a pod; nothing here knows Kubernetes objects. */
import type { Image } from "../facts/images.ts";

/** Names of a server's ports; `http` is the one clients and probes use. */
export type PortName = "http" | "grpc" | "metrics";

/** What a server is told when it starts. */
export interface Launch {
  /** Name of the model, and of the service. */
  readonly name: string;
  /** Folder the model files are mounted at. */
  readonly mount: string;
  /** How long requests under way may take to end after SIGTERM. */
  readonly drainSeconds: number;
}

export interface ModelServer {
  readonly title: string;
  /** A fact where the vendor publishes the image; else the service file names the image of the team's own code. */
  readonly image: { readonly from: "facts"; readonly image: Image } | { readonly from: "service" };
  readonly ports: Readonly<{ http: number } & Partial<Record<PortName, number>>>;
  /** Paths on the `http` port. `ready` and `live` differ wherever the server tells them apart. */
  readonly health: { readonly startup: string; readonly ready: string; readonly live: string };
  /** Where the model is mounted, and whether a service must name one. */
  readonly model: { readonly need: "required" | "optional"; readonly mount: string };
  readonly gpu: "optional" | "none";
  /** The user the image is made for. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Folders the server writes to; the root file system is read-only. */
  readonly writablePaths: readonly string[];
  /** Size of `/dev/shm`; counts against the memory limit. */
  readonly sharedMemoryMiB: number;
  /** What the image is taken to weigh when pull time is estimated; an assumption where no size is published. */
  readonly assumedImageMiB: number;
  readonly drain: {
    /** Seconds to keep serving while endpoints are withdrawn, before SIGTERM. */
    readonly preStopSeconds: number;
    /** Least seconds the server takes to end after its last request. */
    readonly exitSeconds: number;
  };
  /** Arguments and environment of the server's container; `command` replaces the image's entry point. */
  readonly command: (launch: Launch) => {
    readonly command?: string[];
    readonly args: string[];
    readonly env: Readonly<Record<string, string>>;
  };
}
