import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { CloudName } from "../../platform/contracts/cloud.ts";
import type { Cluster } from "../../platform/contracts/cluster.ts";
import { PlatformComponent } from "../component.ts";
import { kubernetesProvider, ownKubeconfig } from "../kubernetes-provider.ts";

export interface ExistingClusterArgs {
  /** Cloud that the spec names. */
  readonly cloud: CloudName;
  /** Name of a context in the kubeconfig of whoever runs the program. */
  readonly context: string;
}

/** A cluster that somebody else has made: nothing is created here, and its nodes are left alone. */
export class ExistingCluster extends PlatformComponent implements Cluster<CloudName> {
  static readonly type = "inference-platform:existing:Cluster";
  readonly cloud: CloudName;
  readonly kubernetes: KubernetesProvider;

  constructor(
    name: string,
    { cloud, context }: ExistingClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(ExistingCluster.type, name, opts);
    this.cloud = cloud;
    const access = {
      kubeconfig: ownKubeconfig,
      context,
      clusterIdentifier: `existing/${name}`,
    };
    this.kubernetes = kubernetesProvider(name, access, { parent: this });
    this.seal();
  }
}
