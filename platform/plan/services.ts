/** Plans all services together: where they run, whether they fit, and what each is made of. */
import { type Draft, type DraftService, unclear } from "../spec/draft.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import type { Judgement } from "./judgement.ts";
import { replicaNeeds } from "./needs.ts";
import type { PlannedPools } from "./node-pools.ts";
import type { Nodes } from "./nodes.ts";
import { placeService } from "./placement.ts";
import type { Labels, PoolPlan, ServicePlan } from "./plan.ts";
import { judgeQuotas, withinQuota } from "./quota.ts";
import { withoutRealNode } from "./real-node.ts";
import { type Demand, type Packing, pack, replicasOf, showDemand } from "./room.ts";
import { planService } from "./service.ts";
import { judgeServiceFile } from "./service-file.ts";
import { boundsOf } from "./sizes.ts";

export function planServices(
  draft: Draft,
  pools: PlannedPools,
  labels: Labels,
  judge: Judgement,
): Readonly<Record<string, ServicePlan>> {
  const sized = [...draft.services].flatMap(([name, service]) => {
    judgeServiceFile(service, draft, judge);
    const nodes = placeService(name, service, draft, pools, judge);
    return sizedOf(name, service, nodes);
  });
  judgeQuotas(sized, draft, judge);
  const spare = judgeRoom(sized, draft, judge);
  const plans = sized.flatMap(({ nodes, ...service }) =>
    nodes
      ? planService({ ...service, nodes, spare: spare.has(service.name) }, draft, labels, judge)
      : [],
  );
  return Object.fromEntries(plans.map((plan) => [plan.name, plan]));
}

/** A service that has a size and a file that parsed. */
interface Sized {
  readonly name: string;
  readonly team: string;
  readonly replicas: number;
  readonly gpus: number;
  readonly spec: ServiceSpec;
  readonly nodes: Nodes | undefined;
}

function sizedOf(
  name: string,
  { team, replicas, file }: DraftService,
  nodes: Nodes | undefined,
): readonly Sized[] {
  const size = replicas === unclear ? undefined : boundsOf(replicas);
  const spec = file?.spec;
  if (!size || !spec || team === undefined) return [];
  return [{ name, team, replicas: size.max, gpus: spec.gpu?.count ?? 0, spec, nodes }];
}

/**
 * Refuses pools that are too small. Returns the services with room for one more replica, in pool and quota; of nodes that
 * are not ours nobody knows, so there the quota alone counts.
 */
function judgeRoom(services: readonly Sized[], draft: Draft, judge: Judgement): Packing["spare"] {
  const growing = withinQuota(services, draft);
  const pools = new Set(services.flatMap(({ nodes }) => poolOf(nodes) ?? []));
  const packings = [...pools].map((pool) => {
    const placed = services.filter(({ nodes }) => poolOf(nodes) === pool);
    const demands = placed.map((service) => demandOf(service, growing));
    const packing = pack(pool, demands);
    if (packing.placed < replicasOf(demands)) refusePool(pool, demands, packing, draft, judge);
    return packing;
  });
  const elsewhere = services.filter(({ nodes }) => nodes?.kind === "any-node");
  return new Set([
    ...packings.flatMap(({ spare }) => [...spare]),
    ...elsewhere.map(({ name }) => name).filter((name) => growing.has(name)),
  ]);
}

function poolOf(nodes: Nodes | undefined): PoolPlan | undefined {
  return nodes?.kind === "pool" ? nodes.pool : undefined;
}

function demandOf({ name, spec, replicas }: Sized, growing: ReadonlySet<string>): Demand {
  return { name, needs: replicaNeeds(spec), replicas, mayGrow: growing.has(name) };
}

function refusePool(
  pool: PoolPlan,
  demands: readonly Demand[],
  { placed }: Packing,
  draft: Draft,
  judge: Judgement,
): void {
  judge.refuse(draft.source, ["pools", pool.name, "nodes"], {
    code: "pool-too-small",
    problem: `got ${pool.nodes.max} x ${pool.machine}, where ${showDemand(demands)}`,
    allowed: `${placed} of the ${replicasOf(demands)} replicas find room`,
    fix:
      pool.node === undefined
        ? "raise nodes, lower replicas, or ask for less per replica"
        : `lower replicas, ask for less per replica, or ${withoutRealNode}`,
  });
}
