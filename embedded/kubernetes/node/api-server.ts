/**
 * What an API server needs to know of a real node: how to reach what runs there, and as whom. The node's network namespace
 * has no link to the machine's, so every connection goes through Kubernetes' own means for that, an egress selector.
 */

import { join } from "node:path";
import { writeIfChanged } from "../settings.ts";

/** Files of the control plane's folder, by name. */
export const nodeFiles = {
  egress: "egress-selector.json",
  /** Socket on which the node takes `CONNECT` requests. */
  connectSocket: "node.sock",
  /** Socket on which the machine's side takes connections to the API server. */
  apiSocket: "api.sock",
  /** Who the API server is to the kubelet. */
  kubeletClient: { certificate: "kubelet-client.crt", key: "kubelet-client.key" },
  /** Who the API server is to servers of further APIs, such as metrics-server. */
  frontProxy: { certificate: "front-proxy.crt", key: "front-proxy.key" },
} as const;

/** Name in the certificate of the front proxy; servers of further APIs believe only it about who asks. */
export const frontProxyName = "front-proxy-client";

/**
 * Arguments of an API server with a real node.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ (checked 2026-11)
 */
export const nodeArguments: readonly string[] = [
  `--egress-selector-config-file=${nodeFiles.egress}`,
  "--kubelet-preferred-address-types=InternalIP",
  `--kubelet-client-certificate=${nodeFiles.kubeletClient.certificate}`,
  `--kubelet-client-key=${nodeFiles.kubeletClient.key}`,
  // The certificate is its own authority.
  `--requestheader-client-ca-file=${nodeFiles.frontProxy.certificate}`,
  `--requestheader-allowed-names=${frontProxyName}`,
  "--requestheader-username-headers=X-Remote-User",
  "--requestheader-group-headers=X-Remote-Group",
  "--requestheader-extra-headers-prefix=X-Remote-Extra-",
  `--proxy-client-cert-file=${nodeFiles.frontProxy.certificate}`,
  `--proxy-client-key-file=${nodeFiles.frontProxy.key}`,
];

/**
 * Sends what is for kubelets, pods and Services through the node's socket.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/ (checked 2026-11)
 */
export function writeEgressSelector(folder: string): void {
  const config = {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [
      {
        name: "cluster",
        connection: {
          proxyProtocol: "HTTPConnect",
          transport: { uds: { udsName: nodeFiles.connectSocket } },
        },
      },
    ],
  };
  writeIfChanged(join(folder, nodeFiles.egress), `${JSON.stringify(config, null, 2)}\n`);
}
