/** Builds a plan: the one place that composes components, in order. */
import { ModelService } from "../components/serving/model-service.ts";
import { TeamNamespace } from "../components/teams/team-namespace.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { clouds } from "./clouds.ts";

export interface Built {
  readonly services: Readonly<Record<string, ModelService>>;
}

export async function build(plan: PlatformPlan): Promise<Built> {
  const cloud = await clouds[plan.cloud]();
  const cluster = cloud.cluster(plan);
  const pools = mapValues(plan.pools, (pool) => cloud.nodePool(pool, cluster, { parent: cluster }));
  const inCluster = { provider: cluster.kubernetes };
  const teams = mapValues(plan.teams, (team) => new TeamNamespace(team, inCluster));
  const services = mapValues(plan.services, (service) => {
    const team = teams[service.namespace];
    const after = [team, pools[service.pool]].filter((resource) => resource !== undefined);
    const namespace = team?.namespace ?? service.namespace;
    return new ModelService({ plan: service, namespace, after }, inCluster);
  });
  return { services };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
