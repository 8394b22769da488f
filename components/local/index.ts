import type { Cloud } from "../../platform/contracts/cluster.ts";
import { LocalCluster } from "./cluster.ts";
import { LocalNodePool } from "./node-pool.ts";

export const local: Cloud<LocalCluster> = {
  cluster: (plan) => new LocalCluster(plan),
  nodePool: (plan, cluster, opts) => new LocalNodePool(plan, cluster, opts),
};
