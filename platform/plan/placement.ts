/** Picks the nodes that a service runs on. */
import { listOf, nearest } from "../names.ts";
import {
  type Draft,
  type DraftService,
  type DraftTeam,
  type Unclear,
  unclear,
} from "../spec/draft.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import { showMebibytes } from "../units.ts";
import type { Judgement } from "./judgement.ts";
import { replicaNeeds } from "./needs.ts";
import type { PlannedPools } from "./node-pools.ts";
import type { Nodes } from "./nodes.ts";
import type { PoolPlan } from "./plan.ts";
import { withoutRealNode } from "./real-node.ts";

/**
 * The nodes of service `name`: the pool it names, else the first of its team's that has what a replica needs; any node
 * where the nodes are not ours. `undefined` when no pool has it, or when something it depends on is unclear.
 */
export function placeService(
  name: string,
  service: DraftService,
  draft: Draft,
  pools: PlannedPools,
  judge: Judgement,
): Nodes | undefined {
  const team = teamOf(name, service, draft, judge);
  if (draft.cluster?.kind === "existing") return team && { kind: "any-node" };
  const open = openPools(name, service, team, draft, judge);
  const spec = service.file?.spec;
  if (spec === undefined || open === undefined) return undefined;
  const reasons: string[] = [];
  let larger = "give the team a larger pool";
  for (const candidate of open) {
    const pool = candidate === unclear ? undefined : pools.get(candidate);
    if (pool === undefined) return undefined; // it may be the one
    const reason = misfit(spec, pool);
    if (reason === undefined) return { kind: "pool", pool };
    reasons.push(`${pool.name} ${reason}`);
    // What runs without GPUs fits this pool but for its size, which is the machine's.
    if (pool.node !== undefined && spec.gpu === undefined) larger = withoutRealNode;
  }
  const key = service.pool === undefined ? "from" : "pool";
  return judge.refuse(draft.source, ["services", name, key], {
    code: "no-fitting-pool",
    problem: `a replica needs ${showNeeds(spec)}, and no pool open to it has that`,
    allowed: reasons.join("; "),
    fix: `ask for less in the service file, or ${larger}`,
  });
}

function teamOf(
  name: string,
  { from, team }: DraftService,
  draft: Draft,
  judge: Judgement,
): DraftTeam | undefined {
  if (draft.teams === undefined || team === undefined || from === unclear) return undefined;
  const known = [...draft.teams.keys()];
  if (known.includes(team)) return draft.teams.get(team);
  const meant = nearest(team, known);
  return judge.refuse(draft.source, ["services", name, "from"], {
    code: "unknown-team",
    problem: `got ${JSON.stringify(from)}, but ${JSON.stringify(team)} is no team of this spec`,
    allowed: `the teams are ${listOf(known)}`,
    fix: meant
      ? `write ${JSON.stringify(from.replace(team, () => meant))}, or add the team`
      : "add the team",
  });
}

/** The pools a service may run on, in order; `undefined` when nobody can say. */
function openPools(
  name: string,
  { pool, team: teamName }: DraftService,
  team: DraftTeam | undefined,
  draft: Draft,
  judge: Judgement,
): readonly (string | Unclear)[] | undefined {
  const allotted = team === undefined || team.pools === unclear ? undefined : team.pools;
  if (pool === undefined) return allotted;
  if (pool === unclear || draft.pools === undefined) return undefined;
  const known = [...draft.pools.keys()];
  const clear = allotted?.filter((name) => name !== unclear) ?? known;
  const may = `team ${teamName} may use ${listOf(clear)}`;
  const at = ["services", name, "pool"];
  if (!known.includes(pool)) {
    return judge.refuse(draft.source, at, {
      code: "unknown-pool",
      problem: `got ${JSON.stringify(pool)}, which is no pool of this spec`,
      allowed: allotted ? may : `the pools are ${listOf(known)}`,
      fix: fixOf(pool, clear),
    });
  }
  if (allotted === undefined || allotted.includes(pool)) return [pool];
  if (allotted.includes(unclear)) return undefined;
  return judge.refuse(draft.source, at, {
    code: "pool-not-allotted",
    problem: `got ${JSON.stringify(pool)}, which is not among the pools of team ${teamName}`,
    allowed: may,
    fix: fixOf(pool, clear),
  });
}

function fixOf(pool: string, known: readonly string[]): string {
  const meant = nearest(pool, known);
  return meant ? `write ${JSON.stringify(meant)}` : "name one of these";
}

/** Why a replica of `spec` does not fit an empty node of `pool`, or `undefined` when it does. */
function misfit(spec: ServiceSpec, { capacity }: PoolPlan): string | undefined {
  const { gpu } = spec;
  if (capacity.gpu && !gpu) return "keeps its GPU nodes for services that ask for a GPU";
  if (gpu && !capacity.gpu) return "has no GPU";
  if (gpu && capacity.gpu && gpu.model !== capacity.gpu.model) return `has ${capacity.gpu.model}`;
  const needs = replicaNeeds(spec);
  const shortages = [
    { short: needs.gpus > (capacity.gpu?.count ?? 0), has: `${capacity.gpu?.count} GPUs` },
    { short: needs.milliCpu > capacity.cpu * 1000, has: `${capacity.cpu} CPUs` },
    { short: needs.memoryMiB > capacity.memoryMiB, has: showMebibytes(capacity.memoryMiB) },
    {
      short: needs.ephemeralMiB > capacity.ephemeralStorageMiB,
      has: `${showMebibytes(capacity.ephemeralStorageMiB)} of disk`,
    },
  ];
  const has = shortages.filter(({ short }) => short).map((shortage) => shortage.has);
  return has.length === 0 ? undefined : `has ${has.join(", ")} on a node`;
}

function showNeeds(spec: ServiceSpec): string {
  const { milliCpu, memoryMiB, ephemeralMiB } = replicaNeeds(spec);
  const gpu = spec.gpu ? `${spec.gpu.count} x ${spec.gpu.model}, ` : "";
  return `${gpu}${milliCpu / 1000} CPUs, ${showMebibytes(memoryMiB)} and ${showMebibytes(ephemeralMiB)} of disk`;
}
