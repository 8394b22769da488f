/** The two processes that the machine has of a real node: the one that holds its namespaces, and the gateway to them. */
import { join } from "node:path";
import { checkoutRoot } from "../../paths.ts";
import type { ProcessPlan } from "../process-group.ts";
import type { Settings } from "../settings.ts";
import { nodeFiles } from "./api-server.ts";
import type { Cgroups } from "./cgroups.ts";
import { dnsAddress, modelStorePort, nodeAddress, nodeName, serviceRange } from "./network.ts";

/** Where a node's programs are. */
export interface NodePrograms {
  /** Folder of kubelet and kube-proxy. */
  readonly kubernetes: string;
  /** Folder of containerd, its shim and ctr. */
  readonly containerd: string;
  /** Folder of the CNI plugins. */
  readonly cni: string;
  /** Folder of nft, ip and openssl. */
  readonly tools: string;
  /** The program itself. */
  readonly runc: string;
}

/** A way from a port of 127.0.0.1 to a Service. */
export interface Forward {
  readonly port: number;
  /** Name or address, as the node knows it. */
  readonly host: string;
  readonly hostPort: number;
}

/** What the two processes are started with. */
export interface NodeSite {
  /** Folder of the control plane, with the sockets. */
  readonly controlPlane: string;
  /** Folder of the node. */
  readonly folder: string;
  readonly logs: string;
  /** Folder that stands for the model bucket. */
  readonly models: string;
  readonly cgroups: Cgroups;
}

const gateways = join(checkoutRoot, "embedded", "kubernetes", "gateway");

/** Runs a program in the groups that come before `--`. They are left with the process. */
const joinGroups = `until [ "$1" = -- ]; do echo 0 > "$1/cgroup.procs"; shift; done; shift; exec "$@"`;

/** Name of the process that holds the namespaces. */
export const nodeProcess = "real-node";

/** The process that holds the namespaces, and ends everything in them when it ends. */
export function nodePlan(site: NodeSite, programs: NodePrograms, settings: Settings): ProcessPlan {
  const gateway = [
    process.execPath,
    join(gateways, "node-gateway.ts"),
    `--connect-socket=${nodeFiles.connectSocket}`,
    `--api-socket=${nodeFiles.apiSocket}`,
    `--api-port=${settings.port}`,
    `--address=${nodeAddress}`,
    `--models=${site.models}`,
    `--models-port=${modelStorePort}`,
  ];
  return {
    name: nodeProcess,
    binary: "sh",
    args: [
      "-c",
      joinGroups,
      "sh",
      ...site.cgroups.folders,
      "--",
      "unshare",
      ...["--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup"],
      ...["--fork", "--kill-child", "--mount-proc", "--propagation=private"],
      // Everything below is found through this one process.
      ...["env", "INFERENCE_PLATFORM_PROCESS_NAME="],
      ...["sh", join(checkoutRoot, "embedded", "kubernetes", "node", "init.sh"), ...gateway],
    ],
    env: {
      PATH: [
        programs.kubernetes,
        programs.containerd,
        programs.tools,
        "/usr/sbin:/usr/bin:/sbin:/bin",
      ].join(":"),
      NODE_FOLDER: site.folder,
      NODE_NAME: nodeName,
      NODE_ADDRESS: nodeAddress,
      SERVICE_RANGE: serviceRange,
      DNS_ADDRESS: dnsAddress,
      CGROUP_CONTROLLERS: site.cgroups.controllers.join(" "),
      LOGS: site.logs,
    },
  };
}

/** Name of the gateway on the machine's side. */
export const gatewayProcess = "host-gateway";

/** The gateway on the machine's side. */
export function gatewayPlan(settings: Settings, forwards: readonly Forward[]): ProcessPlan {
  return {
    name: gatewayProcess,
    binary: process.execPath,
    args: [
      join(gateways, "host-gateway.ts"),
      `--api-socket=${nodeFiles.apiSocket}`,
      `--api-port=${settings.port}`,
      `--connect-socket=${nodeFiles.connectSocket}`,
      ...forwards.map(({ port, host, hostPort }) => `--forward=${port}=${host}:${hostPort}`),
    ],
  };
}
