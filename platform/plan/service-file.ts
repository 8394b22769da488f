/** Judges what a service's own file says against its team and its server. */
import { servers } from "../facts/servers/index.ts";
import { type Draft, type DraftService, type ServiceFile, unclear } from "../spec/draft.ts";
import { mebibytes, seconds, showMebibytes } from "../units.ts";
import type { Judgement } from "./judgement.ts";

/** Least memory of a server's process beside `/dev/shm`: an assumption, below what any of them starts in. */
const leastProcessMiB = 256;

/** Longest request, because a pod drains as long: beyond this every upgrade of a node would wait for one pod. */
const mostRequestSeconds = 3600;

export function judgeServiceFile(service: DraftService, draft: Draft, judge: Judgement): void {
  const { file, team } = service;
  if (file === undefined || team === undefined) return;
  judgeModel(team, file, draft, judge);
  judgeMemory(file, judge);
  judgeTimeout(file, judge);
}

/** A team reads only its own part of the bucket, whatever its files say. */
function judgeModel(
  team: string,
  { source, parts: { modelPath } }: ServiceFile,
  draft: Draft,
  judge: Judgement,
): void {
  const prefix = draft.teams?.get(team)?.modelPrefix ?? unclear;
  if (prefix === unclear || modelPath === undefined || modelPath.startsWith(prefix)) return;
  judge.refuse(source, ["model", "path"], {
    code: "model-outside-prefix",
    problem: `got ${JSON.stringify(modelPath)}`,
    allowed: `models of team ${team} are below ${JSON.stringify(prefix)}`,
    fix: `move the model below ${JSON.stringify(prefix)}`,
  });
}

/** What a server keeps in `/dev/shm` counts against its memory limit. */
function judgeMemory({ source, parts: { server, memory } }: ServiceFile, judge: Judgement): void {
  if (server === undefined || memory === undefined) return;
  const shm = servers[server].sharedMemoryMiB;
  const least = shm + leastProcessMiB;
  if (mebibytes(memory) >= least) return;
  judge.refuse(source, ["resources", "memory"], {
    code: "out-of-range",
    problem: `got ${memory}, of which ${server} may use ${showMebibytes(shm)} as shared memory`,
    allowed: `${server} has at least ${showMebibytes(least)}`,
    fix: `write ${showMebibytes(least)} or more`,
  });
}

function judgeTimeout({ source, parts: { requestTimeout } }: ServiceFile, judge: Judgement): void {
  if (requestTimeout === undefined || seconds(requestTimeout) <= mostRequestSeconds) return;
  judge.refuse(source, ["requestTimeout"], {
    code: "out-of-range",
    problem: `got ${requestTimeout}`,
    allowed: "a request takes at most 1h, because a pod drains as long",
    fix: "write 1h or less",
  });
}
