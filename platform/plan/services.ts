/** Plans all services together: where they run, whether they fit, and what each is made of. */
import { type Draft, type DraftService, unclear } from "../spec/draft.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import type { Judgement } from "./judgement.ts";
import { replicaNeeds } from "./needs.ts";
import type { PlannedPools } from "./node-pools.ts";
import { placeService } from "./placement.ts";
import type { Labels, PoolPlan, ServicePlan } from "./plan.ts";
import { judgeQuotas, withinQuota } from "./quota.ts";
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
    const pool = placeService(name, service, draft, pools, judge);
    return sizedOf(name, service, pool);
  });
  judgeQuotas(sized, draft, judge);
  const spare = judgeRoom(sized, draft, judge);
  const plans = sized.flatMap(({ pool, ...service }) =>
    pool
      ? planService({ ...service, pool, spare: spare.has(service.name) }, draft, labels, judge)
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
  readonly pool: PoolPlan | undefined;
}

function sizedOf(
  name: string,
  { team, replicas, file }: DraftService,
  pool: PoolPlan | undefined,
): readonly Sized[] {
  const size = replicas === unclear ? undefined : boundsOf(replicas);
  const spec = file?.spec;
  if (!size || !spec || team === undefined) return [];
  return [{ name, team, replicas: size.max, gpus: spec.gpu?.count ?? 0, spec, pool }];
}

/** Refuses pools that are too small. Returns the services with room for one more replica, in pool and quota. */
function judgeRoom(services: readonly Sized[], draft: Draft, judge: Judgement): Packing["spare"] {
  const growing = withinQuota(services, draft);
  const pools = new Set(services.flatMap(({ pool }) => pool ?? []));
  const packings = [...pools].map((pool) => {
    const placed = services.filter((service) => service.pool === pool);
    const demands = placed.map((service) => demandOf(service, growing));
    const packing = pack(pool, demands);
    if (packing.placed < replicasOf(demands)) refusePool(pool, demands, packing, draft, judge);
    return packing;
  });
  return new Set(packings.flatMap(({ spare }) => [...spare]));
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
    fix: "raise nodes, lower replicas, or ask for less per replica",
  });
}
