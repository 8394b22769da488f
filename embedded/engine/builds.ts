/** The tools that the project can build from Go modules, as data. `go-build.ts` builds them. */
import { pulumiVersion } from "./versions.ts";

/** One Go module of `embedded/builds` and what is built from it. */
export interface Build {
  /** Folder in `embedded/builds` with its `go.mod`. @default - the build's own name */
  readonly folder?: string;
  /** Version of the tool, for people and for the name of its folder; `go.mod` pins the same. */
  readonly version: string;
  /** The module that holds the packages. */
  readonly module: string;
  /** Package of each binary; `.` is the build's own folder. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Values of `-X`: variables that the tool's own release sets at link time. */
  readonly variables: Readonly<Record<string, string>>;
  /** Wall clock on 2 cores with nothing cached. */
  readonly minutes: number;
  /** Folders of the module whose YAML files are kept beside the binaries, by the name they get. */
  readonly folders: Readonly<Record<string, string>>;
}

const kubernetesVersion = "1.36.2";
const componentVersion = "k8s.io/component-base/version";
const kubernetesVariables = {
  [`${componentVersion}.gitVersion`]: `v${kubernetesVersion}`,
  [`${componentVersion}.gitMajor`]: "1",
  [`${componentVersion}.gitMinor`]: "36",
};
const containerdVersion = "2.4.2";

/** Every build, by the name of its folder in `embedded/builds`. */
export const builds = {
  pulumi: {
    version: pulumiVersion,
    module: "github.com/pulumi/pulumi/pkg/v3",
    binaries: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    // As the official build of the CLI does, without cgo and without gRPC's tracing pages.
    tags: ["osusergo", "grpcnotrace"],
    variables: {
      "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${pulumiVersion}`,
    },
    minutes: 8,
    folders: {},
  },
  etcd: {
    version: "3.6.8",
    module: "go.etcd.io/etcd/server/v3",
    binaries: { etcd: "go.etcd.io/etcd/server/v3" },
    tags: [],
    variables: {},
    minutes: 1,
    folders: {},
  },
  kubernetes: {
    version: kubernetesVersion,
    module: "k8s.io/kubernetes",
    binaries: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
      kubectl: "k8s.io/kubernetes/cmd/kubectl",
    },
    tags: [],
    variables: kubernetesVariables,
    minutes: 9,
    folders: {},
  },
  // What a real node runs, for Linux only; apart, so that nobody waits for it who has no use for it.
  "kubernetes-node": {
    folder: "kubernetes",
    version: kubernetesVersion,
    module: "k8s.io/kubernetes",
    binaries: {
      kubelet: "k8s.io/kubernetes/cmd/kubelet",
      "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
    },
    tags: [],
    variables: kubernetesVariables,
    minutes: 3,
    folders: {},
  },
  containerd: {
    version: containerdVersion,
    module: "github.com/containerd/containerd/v2",
    binaries: {
      containerd: "github.com/containerd/containerd/v2/cmd/containerd",
      "containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
      ctr: "github.com/containerd/containerd/v2/cmd/ctr",
    },
    // Without the snapshotters that the node does not use.
    tags: ["no_btrfs", "no_devmapper", "no_zfs", "no_tracing", "no_blockfile"],
    variables: { "github.com/containerd/containerd/v2/version.Version": `v${containerdVersion}` },
    minutes: 3,
    folders: {},
  },
  cni: {
    version: "1.9.1",
    module: "github.com/containernetworking/plugins",
    binaries: {
      ptp: "github.com/containernetworking/plugins/plugins/main/ptp",
      loopback: "github.com/containernetworking/plugins/plugins/main/loopback",
      "host-local": "github.com/containernetworking/plugins/plugins/ipam/host-local",
    },
    tags: [],
    variables: {},
    minutes: 1,
    folders: {},
  },
  coredns: {
    version: "1.15.0",
    module: "github.com/coredns/coredns",
    binaries: { coredns: "." }, // our own choice of its plugins
    tags: [],
    variables: {},
    minutes: 2,
    folders: {},
  },
  "metrics-server": {
    version: "0.9.0",
    module: "sigs.k8s.io/metrics-server",
    binaries: { "metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server" },
    tags: [],
    variables: {},
    minutes: 3,
    folders: {},
  },
  kwok: {
    version: "0.8.0",
    module: "sigs.k8s.io/kwok",
    binaries: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
    tags: [],
    variables: {},
    minutes: 3,
    // What a node and a pod do by themselves; kwok has none built in.
    folders: {
      "node-fast": "kustomize/stage/node/fast",
      "node-heartbeat": "kustomize/stage/node/heartbeat-with-lease",
      "pod-fast": "kustomize/stage/pod/fast",
    },
  },
} as const satisfies Record<string, Build>;

/** Name of a build. */
export type BuildName = keyof typeof builds;
