import type * as pulumi from "@pulumi/pulumi";
import { gpuResource } from "../../platform/facts/gpus.ts";
import type { NodeCapacity, PoolPlan } from "../../platform/plan/plan.ts";
import { cpuQuantity, memoryQuantity } from "../../platform/units.ts";
import { PlatformComponent } from "../component.ts";
import type { LocalCluster } from "./cluster.ts";
import { SimulatedNodes } from "./local-provider.ts";

/** A pool of simulated nodes in the embedded cluster. */
export class LocalNodePool extends PlatformComponent {
  static readonly type = "inference-platform:local:NodePool";
  /** Names of the pool's nodes. */
  readonly nodes: pulumi.Output<readonly string[]>;

  constructor(plan: PoolPlan, cluster: LocalCluster, opts?: pulumi.ComponentResourceOptions) {
    super(LocalNodePool.type, plan.name, opts);
    const pool = new SimulatedNodes(`${plan.name}-nodes`, nodesArgs(plan), {
      parent: this,
      provider: cluster.nodes,
    });
    this.nodes = pool.nodes;
    this.seal("nodes");
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
