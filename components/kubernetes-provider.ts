/** The explicit provider of a cluster's Kubernetes objects. */
import { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * @param kubeconfig path or text; free to change, because only `clusterIdentifier` names the cluster: a provider that is
 * replaced takes every object under it along
 */
export function kubernetesProvider(
  cluster: string,
  kubeconfig: pulumi.Input<string>,
  clusterIdentifier: pulumi.Input<string>,
  opts: pulumi.ResourceOptions,
): Provider {
  return new Provider(`${cluster}-kubernetes`, { kubeconfig, clusterIdentifier }, opts);
}
