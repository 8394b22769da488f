/** SDK of the embedded provider `local` (embedded/clouds/local). */
import * as pulumi from "@pulumi/pulumi";
import type { Labels, Taint } from "../../platform/plan/plan.ts";

const version = "0.1.0";

export interface LocalProviderArgs {
  /** Path of the embedded cluster's kubeconfig. */
  readonly kubeconfig: pulumi.Input<string>;
  readonly clusterIdentifier: pulumi.Input<string>;
}

export class LocalProvider extends pulumi.ProviderResource {
  constructor(name: string, args: LocalProviderArgs, opts: pulumi.ResourceOptions) {
    super("local", name, { ...args }, { version, ...opts });
  }
}

export interface SimulatedNodesArgs {
  /** Base of the nodes' names; another name replaces the pool. */
  readonly name: string;
  readonly count: number;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Quantities by resource name, for example `{ cpu: "4", "nvidia.com/gpu": "1" }`. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly machine: string;
}

/** Simulated nodes of one pool: real Node objects whose kubelet is KWOK. */
export class SimulatedNodes extends pulumi.CustomResource {
  /** Names of the nodes. */
  declare readonly nodes: pulumi.Output<readonly string[]>;

  constructor(name: string, args: SimulatedNodesArgs, opts: pulumi.CustomResourceOptions) {
    super("local:index:NodePool", name, { ...args, nodes: undefined }, { version, ...opts });
  }
}
