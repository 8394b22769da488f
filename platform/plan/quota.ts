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
  const held = heldBy(uses);
  for (const [team, { gpus }] of draft.teams ?? []) {
    const asked = held.get(team) ?? 0;
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
  const held = heldBy(uses);
  const growing = uses.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
  const within = growing.filter(({ team, gpus }) => {
    const quota = draft.teams?.get(team)?.gpus;
    const more = (held.get(team) ?? 0) + gpus;
    if (typeof quota !== "number" || more > quota) return false;
    held.set(team, more);
    return true;
  });
  return new Set(within.map(({ name }) => name));
}

function heldBy(uses: readonly GpuUse[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const { team, gpus, replicas } of uses) {
    held.set(team, (held.get(team) ?? 0) + gpus * replicas);
  }
  return held;
}
