/** Turns teams into namespaces with bounds. */
import { existingCluster } from "../facts/existing-cluster.ts";
import { podSecurityLabels, teamLabel } from "../facts/kubernetes.ts";
import { listOf, nearest } from "../names.ts";
import { type Draft, type DraftTeam, unclear } from "../spec/draft.ts";
import type { Judgement } from "./judgement.ts";
import type { Labels, TeamPlan } from "./plan.ts";

/** Namespaces that are not a team's to take. */
const reserved = /^(default|kube-.*|inference-platform-.*)$/;

export function planTeams(
  draft: Draft,
  labels: Labels,
  judge: Judgement,
): Readonly<Record<string, TeamPlan>> {
  const planned = [...(draft.teams ?? [])].flatMap(([name, team]): readonly TeamPlan[] => {
    judgeName(name, draft, judge);
    judgePools(name, team, draft, judge);
    const version = podSecurityVersion(draft);
    if (version === undefined || team.gpus === unclear) return [];
    const own = { ...labels, [teamLabel]: name };
    const security = podSecurityLabels(version);
    return [{ namespace: name, gpus: team.gpus, labels: own, security }];
  });
  return Object.fromEntries(planned.map((team) => [team.namespace, team]));
}

function podSecurityVersion({ cluster }: Draft): string | undefined {
  if (cluster?.kind === "existing") return existingCluster.podSecurityVersion;
  return cluster === undefined || cluster.version === unclear ? undefined : cluster.version;
}

function judgeName(name: string, draft: Draft, judge: Judgement): void {
  if (!reserved.test(name)) return;
  judge.refuseKey(draft.source, ["teams", name], {
    code: "name-taken",
    problem: `got the team ${JSON.stringify(name)}, whose namespace belongs to the cluster`,
    allowed: "default, kube-* and inference-platform-* are taken",
    fix: "rename the team",
  });
}

function judgePools(name: string, { pools }: DraftTeam, draft: Draft, judge: Judgement): void {
  if (draft.pools === undefined || pools === unclear) return;
  const known = [...draft.pools.keys()];
  for (const [index, pool] of pools.entries()) {
    if (pool === unclear || known.includes(pool)) continue;
    const meant = nearest(pool, known);
    judge.refuse(draft.source, ["teams", name, "pools", index], {
      code: "unknown-pool",
      problem: `got ${JSON.stringify(pool)}, which is no pool of this spec`,
      allowed: `the pools are ${listOf(known)}`,
      fix: meant ? `write ${JSON.stringify(meant)}` : "add the pool, or name one of these",
    });
  }
}
