/** Builds a plan: the one place that composes components, in order. */
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type { Resource } from "@pulumi/pulumi";
import { ModelService } from "../components/serving/model-service.ts";
import { TeamNamespace } from "../components/teams/team-namespace.ts";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import { clouds, loadExistingCluster } from "./clouds.ts";

export interface Built {
  readonly services: Readonly<Record<string, ModelService>>;
}

export async function build(plan: PlatformPlan): Promise<Built> {
  const { provider, pools } = await foundationOf(plan);
  const inCluster = { provider };
  const teams = mapValues(plan.teams, (team) => new TeamNamespace(team, inCluster));
  const services = mapValues(plan.services, (service) => {
    const team = teams[service.namespace];
    const pool = service.pool === undefined ? undefined : pools[service.pool];
    const after = [team, pool].filter((resource) => resource !== undefined);
    const namespace = team?.namespace ?? service.namespace;
    return new ModelService({ plan: service, namespace, after }, inCluster);
  });
  return { services };
}

/** What everything in the cluster builds on. */
interface Foundation {
  readonly provider: KubernetesProvider;
  readonly pools: Readonly<Record<string, Resource>>;
}

async function foundationOf(plan: PlatformPlan): Promise<Foundation> {
  const { name, cloud: cloudName, cluster: chosen } = plan;
  if (chosen.kind === "existing") {
    const ExistingCluster = await loadExistingCluster();
    const { kubernetes } = new ExistingCluster(name, { cloud: cloudName, ...chosen });
    return { provider: kubernetes, pools: {} };
  }
  const cloud = await clouds[cloudName]();
  const cluster = cloud.cluster(plan);
  const pools = mapValues(plan.pools, (pool) => cloud.nodePool(pool, cluster, { parent: cluster }));
  return { provider: cluster.kubernetes, pools };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
