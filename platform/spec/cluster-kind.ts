/** Whether a spec is for a cluster that is made or for one that exists. */
import type { ClusterKind } from "../contracts/cloud.ts";
import { valueAt } from "./path.ts";

/** The kind that the keys of `kubernetes` tell, whatever their values are; `undefined` when they tell none, or both. */
export function clusterKindOf(spec: unknown): ClusterKind | undefined {
  const has = (key: string) => valueAt(spec, ["kubernetes", key]) !== undefined;
  if (has("version") === has("use")) return undefined;
  return has("use") ? "existing" : "embedded";
}
