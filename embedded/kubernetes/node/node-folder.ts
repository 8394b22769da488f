/** The settings files in a real node's folder. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../failure.ts";
import { configFor } from "../bring-up.ts";
import { authorityIn } from "../certificate.ts";
import { type Settings, writeIfChanged } from "../settings.ts";
import { nodeFiles } from "./api-server.ts";
import type { Cgroups } from "./cgroups.ts";
import { cniConfig, containerdConfig, kubeletConfig, kubeProxyConfig } from "./configs.ts";
import { type MachineCapacity, reservedFor } from "./machine.ts";
import { nodeName } from "./network.ts";
import type { NodePrograms } from "./processes.ts";

/** What the files are made from. */
export interface NodeFolderArgs {
  readonly stack: string;
  /** The node's folder. */
  readonly folder: string;
  /** The control plane's folder. */
  readonly controlPlane: string;
  readonly settings: Settings;
  readonly programs: NodePrograms;
  readonly capacity: MachineCapacity;
  /** Reference of the pause container's image. */
  readonly pauseImage: string;
}

/** Writes the files, and returns what they say: a node that was started with other ones must be started anew. */
export function writeNodeFolder(args: NodeFolderArgs): unknown {
  const { folder, programs, pauseImage } = args;
  const texts = {
    "containerd.toml": containerdConfig({
      pauseImage,
      runc: programs.runc,
      cniPlugins: programs.cni,
    }),
    "cni/10-pods.conflist": cniConfig,
    "kubelet.yaml": kubeletConfig({ reserved: reservedFor(args.capacity) }),
    "kube-proxy.yaml": kubeProxyConfig(nodeName),
    ...accessFiles(args),
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(texts)) writeIfChanged(join(folder, file), text);
  return texts;
}

/** By what the node's programs reach the API server, and believe it. */
function accessFiles({ stack, controlPlane, settings }: NodeFolderArgs) {
  const authority = authorityIn(controlPlane);
  const client = join(controlPlane, nodeFiles.kubeletClient.certificate);
  if (authority === undefined || !existsSync(client)) {
    throw new Failure("the control plane has no certificates; run `npm run up` again");
  }
  return {
    "kubelet.kubeconfig": configFor("kubelet", stack, settings, authority),
    "kube-proxy.kubeconfig": configFor("kube-proxy", stack, settings, authority),
    "kubelet-client-ca.crt": readFileSync(client, "utf8"),
  };
}

/** Keeps which control groups the node has: another command may start it, and yet another one end it. */
export function recordCgroups(folder: string, { folders }: Cgroups): void {
  const all = new Set([...recordedCgroups(folder), ...folders]);
  writeIfChanged(join(folder, cgroupsFile), JSON.stringify([...all]));
}

/** The control groups that the node was ever started in. */
export function recordedCgroups(folder: string): readonly string[] {
  try {
    const folders: unknown = JSON.parse(readFileSync(join(folder, cgroupsFile), "utf8"));
    return Array.isArray(folders) ? folders.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // It never was.
  }
}

const cgroupsFile = "cgroups.json";
