/** Shows what the engine does while it runs, and what it came to. */
import type { EngineEvent, ResourceEvent } from "../embedded/engine/events.ts";
import { type EngineResult, problemsOf } from "../embedded/engine/run.ts";
import type { Step } from "../embedded/progress.ts";

/** Feeds a step with the engine's events: what is under way, and how far it is. */
export function showEvents(step: Step): (event: EngineEvent) => void {
  const underWay = new Map<string, string>();
  let done = 0;
  let status = "";
  return (event) => {
    if (event.kind === "diagnostic" && event.ephemeral) status = event.message;
    if (event.kind === "summary") done = 0;
    if (event.kind !== "resource") return;
    if (event.phase === "started") underWay.set(event.urn, describe(event));
    else if (underWay.delete(event.urn)) done += 1;
    if (underWay.size === 0) status = "";
    const phase = event.preview ? "preview: " : "";
    const current = status || [...underWay.values()].at(-1) || "";
    step.update(`${phase}${done} done${current && `, ${current}`}`);
  };
}

function describe({ op, type, name }: ResourceEvent): string {
  return `${op} ${type.split(":").at(-1)} ${name}`;
}

/** `27 created`, `1 updated, 26 unchanged`, or `nothing to change`. */
export function changesText({ summary }: EngineResult): string {
  const counts = Object.entries(summary?.changes ?? {}).filter(([, count]) => count > 0);
  const changed = counts.filter(([op]) => op !== "same");
  const same = counts.filter(([op]) => op === "same");
  if (changed.length === 0) return "nothing to change";
  return [...changed, ...same].map(([op, count]) => `${count} ${words[op] ?? op}`).join(", ");
}

const words: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  refresh: "refreshed",
  same: "unchanged",
};

/** Why the engine stopped, line by line, and where to read more. */
export function errorText(result: EngineResult, logFile: string): string {
  return [...problemsOf(result), `The whole log is ${logFile}`].join("\n");
}
