/** GPUs that a team may hold at once; the namespace's ResourceQuota enforces the same number. */
import { type Draft, unclear } from "../spec/draft.ts";
import type { Judgement } from "./judgement.ts";

/** GPUs that all replicas of a service hold, and one of them. */
export interface GpuUse {
  readonly name: string;
  readonly team: string;
  readonly replicas: number;
  readonly gpus: number;
}

/** Refuses what asks for more than a team has. */
export function judgeQuotas(uses: readonly GpuUse[], draft: Draft, judge: Judgement): void {
  for (const [team, { gpus }] of draft.teams ?? []) {
    const asked = heldBy(usesOf(team, uses));
    if (gpus === unclear || asked <= gpus) continue;
    judge.refuse(draft.source, ["teams", team, "gpus"], {
      code: "over-quota",
      problem: `got ${gpus}, but the services of team ${team} ask for ${asked}`,
      allowed: "a team holds at most its quota",
      fix: `raise it to ${asked}, or lower the replicas of its services`,
    });
  }
}

/** Services whose team's quota has GPUs for one more replica, all of them at once. */
export function withinQuota(uses: readonly GpuUse[], draft: Draft): ReadonlySet<string> {
  const within = [...(draft.teams ?? [])].flatMap(([team, { gpus: quota }]) => {
    const own = usesOf(team, uses);
    let free = quota === unclear ? 0 : quota - heldBy(own);
    return own.filter(({ gpus }) => {
      if (gpus > free) return false;
      free -= gpus;
      return true;
    });
  });
  return new Set(within.map(({ name }) => name));
}

/** What the services of `team` use, by name, so that the order in the spec changes nothing. */
function usesOf(team: string, uses: readonly GpuUse[]): readonly GpuUse[] {
  return uses
    .filter((use) => use.team === team)
    .toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
}

function heldBy(uses: readonly GpuUse[]): number {
  return uses.reduce((sum, { gpus, replicas }) => sum + gpus * replicas, 0);
}
