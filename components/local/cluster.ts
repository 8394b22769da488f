import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import { stackPaths } from "../../embedded/paths.ts";
import type { Cluster } from "../../platform/contracts/cluster.ts";
import type { PlatformPlan } from "../../platform/plan/plan.ts";
import { PlatformComponent } from "../component.ts";
import { kubernetesProvider } from "../kubernetes-provider.ts";
import { LocalProvider } from "./local-provider.ts";

/**
 * The embedded cluster. `npm run up` starts its control plane before the engine, so nothing is created here: the
 * component holds the providers that reach it, by a kubeconfig at a fixed path.
 */
export class LocalCluster extends PlatformComponent implements Cluster<"local"> {
  static readonly type = "inference-platform:local:Cluster";
  readonly cloud = "local";
  readonly kubernetes: KubernetesProvider;
  /** Provider of the simulated nodes. */
  readonly nodes: LocalProvider;

  constructor(plan: PlatformPlan, opts?: pulumi.ComponentResourceOptions) {
    super(LocalCluster.type, plan.name, opts);
    const { kubeconfig } = stackPaths(plan.name);
    const clusterIdentifier = `local/${plan.name}`;
    const child = { parent: this };
    const access = { kubeconfig, clusterIdentifier };
    this.kubernetes = kubernetesProvider(plan.name, access, child);
    this.nodes = new LocalProvider(`${plan.name}-nodes`, access, child);
    this.seal();
  }
}
