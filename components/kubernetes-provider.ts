/** The explicit provider of a cluster's Kubernetes objects. */
import { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";

export interface ClusterAccess {
  /** Path or text; free to change, because only `clusterIdentifier` names the cluster. */
  readonly kubeconfig: pulumi.Input<string>;
  /** @default - the kubeconfig's current context */
  readonly context?: pulumi.Input<string>;
  /** A provider whose identifier changes is replaced, and takes every object under it along. */
  readonly clusterIdentifier: pulumi.Input<string>;
}

/**
 * The kubeconfig of whoever runs the program, found as kubectl finds it: KUBECONFIG, else `~/.kube/config`. An empty text
 * means that to the provider, and keeps the SDK from writing the value of KUBECONFIG into the state.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/v4.34.2/provider/pkg/provider/provider.go Configure (checked 2026-11)
 */
export const ownKubeconfig = "";

export function kubernetesProvider(
  cluster: string,
  access: ClusterAccess,
  opts: pulumi.ResourceOptions,
): Provider {
  return new Provider(`${cluster}-kubernetes`, { ...access }, opts);
}
