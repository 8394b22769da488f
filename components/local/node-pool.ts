import * as pulumi from "@pulumi/pulumi";
import { gpuResource } from "../../platform/facts/gpus.ts";
import type { NodeCapacity, PoolPlan } from "../../platform/plan/plan.ts";
import { cpuQuantity, memoryQuantity } from "../../platform/units.ts";
import { PlatformComponent } from "../component.ts";
import type { LocalCluster } from "./cluster.ts";
import { SimulatedNodes } from "./local-provider.ts";

/** A pool of simulated nodes in the embedded cluster, or of its real node, which is there before the engine runs. */
export class LocalNodePool extends PlatformComponent {
  static readonly type = "inference-platform:local:NodePool";
  /** Names of the pool's nodes. */
  readonly nodes: pulumi.Output<readonly string[]>;

  constructor(plan: PoolPlan, cluster: LocalCluster, opts?: pulumi.ComponentResourceOptions) {
    super(LocalNodePool.type, plan.name, opts);
    this.nodes =
      plan.node === undefined ? this.#simulated(plan, cluster) : pulumi.output([plan.node]);
    this.seal("nodes");
  }

  #simulated(plan: PoolPlan, cluster: LocalCluster): pulumi.Output<readonly string[]> {
    const options = { parent: this, provider: cluster.nodes };
    return new SimulatedNodes(`${plan.name}-nodes`, nodesArgs(plan), options).nodes;
  }
}

function nodesArgs({ name, nodes, labels, taints, capacity, machine }: PoolPlan) {
  return { name, count: nodes.min, labels, taints, machine, capacity: quantities(capacity) };
}

function quantities(capacity: NodeCapacity): Readonly<Record<string, string>> {
  return {
    cpu: cpuQuantity(capacity.cpu),
    memory: memoryQuantity(capacity.memoryMiB),
    "ephemeral-storage": memoryQuantity(capacity.ephemeralStorageMiB),
    pods: String(capacity.pods),
    ...(capacity.gpu && { [gpuResource]: String(capacity.gpu.count) }),
  };
}
