/** The processes of the embedded control plane, as a table. `control-plane.ts` starts and repairs them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeArguments } from "./node/api-server.ts";
import { serviceRange } from "./node/network.ts";
import type { ProcessPlan } from "./process-group.ts";
import { files, type Settings, type UserId } from "./settings.ts";

/** Folders that hold the programs, as their builds are named. */
export interface Binaries {
  readonly etcd: string;
  /** kube-apiserver, kube-controller-manager, kube-scheduler. */
  readonly kubernetes: string;
  /** kwok, and folders of stage files: what a simulated node and its pods do by themselves. */
  readonly kwok: string;
}

/**
 * Addresses of simulated pods: the range for benchmarks, which no network routes, so that a request to such a pod cannot
 * reach a stranger. @see https://www.rfc-editor.org/rfc/rfc2544 (checked 2026-11)
 */
const simulatedPodRange = "198.18.0.0/15";

/** Marks the nodes that kwok looks after; it leaves all others alone. */
export const simulatedNodeAnnotation = { key: "kwok.x-k8s.io/node", value: "fake" } as const;

interface Row {
  readonly folder: keyof Binaries;
  /** File in the folder. */
  readonly binary: string;
  /** Arguments; paths are relative to the control plane's folder, where the process runs. */
  readonly args: (settings: Settings, hasNode: boolean) => readonly string[];
}

/**
 * Each process, in the order of starting. None listens on the network but the API server: the others' ports are for
 * monitoring. None elects a leader: there is one of each, and a leader that cannot renew its lease on a busy machine ends
 * itself, with nobody to start it again.
 */
export const processTable = {
  etcd: {
    folder: "etcd",
    binary: "etcd",
    args: () => {
      const client = `unix://${files.etcdSocket}`;
      const peer = `unix://${files.etcdPeerSocket}`;
      return [
        `--data-dir=${files.etcdData}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
        "--log-level=warn",
      ];
    },
  },
  "kube-apiserver": {
    folder: "kubernetes",
    binary: "kube-apiserver",
    args: ({ port }, hasNode) => [
      `--etcd-servers=unix://${files.etcdSocket}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      // By default the address of the machine's default route: it changes, and a machine without a network has none.
      "--advertise-address=127.0.0.1",
      // A Service cannot lead to 127.0.0.1, so `kubernetes` has no endpoints.
      "--endpoint-reconciler-type=none",
      "--cert-dir=.",
      `--token-auth-file=${files.tokens}`,
      "--anonymous-auth=false",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${files.serviceAccountKey}`,
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--service-cluster-ip-range=${serviceRange}`,
      // As in the clusters of the clouds: what may run privileged is up to Pod Security, not to a switch for all.
      "--allow-privileged=true",
      "--profiling=false",
      ...(hasNode ? nodeArguments : []),
    ],
  },
  "kube-controller-manager": {
    folder: "kubernetes",
    binary: "kube-controller-manager",
    args: () => [
      `--kubeconfig=${componentKubeconfig("kube-controller-manager")}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
      `--root-ca-file=${files.authority}`,
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      // Each controller acts as its own service account, with the rights of that controller only.
      "--use-service-account-credentials=true",
      // The default of 20 requests a second is for a server that many share.
      "--kube-api-qps=100",
      "--kube-api-burst=200",
    ],
  },
  "kube-scheduler": {
    folder: "kubernetes",
    binary: "kube-scheduler",
    args: () => [
      `--kubeconfig=${componentKubeconfig("kube-scheduler")}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
    ],
  },
  kwok: {
    folder: "kwok",
    binary: "kwok",
    // Without --server-address and --node-port it serves no logs, no exec and no metrics, and listens nowhere.
    args: () => [
      `--kubeconfig=${componentKubeconfig("kwok")}`,
      `--manage-nodes-with-annotation-selector=${simulatedNodeAnnotation.key}=${simulatedNodeAnnotation.value}`,
      "--node-lease-duration-seconds=40",
      `--cidr=${simulatedPodRange}`,
      `--config=${files.stages}`,
    ],
  },
} as const satisfies Record<string, Row>;

export type ProcessName = keyof typeof processTable;

/** What the others need: the API server and its store. */
export const coreNames = ["etcd", "kube-apiserver"] as const satisfies readonly ProcessName[];

/** What acts on the objects in the API server. */
export const controllerNames = [
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const satisfies readonly ProcessName[];

/** The plan of one process of a control plane, with or without a real node. */
export function planOf(
  name: ProcessName,
  settings: Settings,
  binaries: Binaries,
  hasNode: boolean,
): ProcessPlan {
  const row: Row = processTable[name];
  return {
    name,
    binary: join(binaries[row.folder], row.binary),
    args: row.args(settings, hasNode),
  };
}

/** File, in the control plane's folder, by which a component reaches the API server. */
export function componentKubeconfig(user: Exclude<UserId, "admin">): string {
  return `${user}.kubeconfig`;
}

/** The stages that a build of kwok brings along, as one file. */
export function stagesOf({ kwok }: Binaries): string {
  const names = readdirSync(kwok, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".yaml"),
  );
  return names
    .sort()
    .map((name) => readFileSync(join(kwok, name), "utf8"))
    .join("---\n");
}
