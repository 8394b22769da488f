/** Settings files of a real node's programs. They see their folder as `/run/node`; `init.sh` makes it so. */
import { maxPods } from "./machine.ts";
import { clusterDomain, dnsAddress, nodeAddress, podRange } from "./network.ts";

interface ContainerdSettings {
  /** Reference of the image of the pause container, which holds a pod's namespaces. */
  readonly pauseImage: string;
  /** The program `runc`. */
  readonly runc: string;
  /** Folder of the CNI plugins. */
  readonly cniPlugins: string;
}

/** @see https://github.com/containerd/containerd/blob/v2.4.2/docs/cri/config.md (checked 2026-11) */
export function containerdConfig({ pauseImage, runc, cniPlugins }: ContainerdSettings): string {
  const text = (value: string) => JSON.stringify(value); // TOML's own way, too
  return `version = 3
root = '/run/node/containerd'
state = '/run/containerd'
oom_score = 0
disabled_plugins = ['io.containerd.internal.v1.opt', 'io.containerd.nri.v1.nri']
[grpc]
  address = '/run/containerd/containerd.sock'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ${text(pauseImage)}
[plugins.'io.containerd.cri.v1.runtime']
  # Machines without CAP_SYS_RESOURCE cannot make a process less likely to be killed than they are themselves.
  restrict_oom_score_adj = true
  # Its profiles would be loaded into the machine's kernel.
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  enable_cdi = false
[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = 'runc'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = false
  BinaryName = ${text(runc)}
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [${text(cniPlugins)}]
  conf_dir = '/run/node/cni'
`;
}

/**
 * Every pod gets a link of its own (`ptp`) and all its traffic is routed, also between two pods: with a bridge, that would
 * need the kernel module br_netfilter. Neither enforces NetworkPolicies.
 * @see https://www.cni.dev/plugins/current/main/ptp/ (checked 2026-11)
 */
export const cniConfig = json({
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipMasq: false,
      ipam: {
        type: "host-local",
        dataDir: "/run/cni", // of this run: pods do not outlive their node
        ranges: [[{ subnet: podRange }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    },
  ],
});

interface KubeletSettings {
  /** What of the machine is not for pods: quantities by resource. */
  readonly reserved: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ (checked 2026-11) */
export function kubeletConfig({ reserved }: KubeletSettings): string {
  return json({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    address: nodeAddress,
    healthzBindAddress: "127.0.0.1",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: "/run/node/kubelet-client-ca.crt" },
    },
    authorization: { mode: "Webhook" },
    clusterDNS: [dnsAddress],
    clusterDomain,
    resolvConf: "",
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    systemReserved: reserved,
    enforceNodeAllocatable: ["pods"],
    maxPods,
    podLogsDir: "/var/log/pods",
    volumePluginDir: "/run/node/volume-plugins",
    staticPodPath: "",
    // Images cannot be had again: there is no registry.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
    },
    nodeStatusUpdateFrequency: "5s",
  });
}

/** @see https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ (checked 2026-11) */
export function kubeProxyConfig(nodeName: string): string {
  return json({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    hostnameOverride: nodeName,
    clusterCIDR: podRange,
    clientConnection: { kubeconfig: "/run/node/kube-proxy.kubeconfig" },
    bindAddress: nodeAddress,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    // Settings of the machine's kernel that only its first network namespace may change.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    nftables: { minSyncPeriod: "1s", syncPeriod: "30s" },
  });
}

/** YAML is read as JSON, too. */
function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
