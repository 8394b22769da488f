/** Spec and facts to plan: all decisions of the platform, in order. */
import { platformName, recommendedLabels, stackLabel } from "../facts/kubernetes.ts";
import { type Issue, inReadingOrder } from "../issue.ts";
import type { Loaded } from "../spec/load.ts";
import { noteStrangeNodes, planCluster } from "./cluster.ts";
import { judgement } from "./judgement.ts";
import { judgeModelStore } from "./model-store.ts";
import { type PlannedPools, planPools } from "./node-pools.ts";
import type { PlatformPlan } from "./plan.ts";
import { placeRealNode } from "./real-node.ts";
import { planServices } from "./services.ts";
import { judgeSizes } from "./sizes.ts";
import { planTeams } from "./teams.ts";

/** A plan, or everything that is in its way. */
export type Planned =
  | { readonly plan: PlatformPlan; readonly issues: readonly [] }
  | { readonly plan: undefined; readonly issues: readonly Issue[] };

/** Plans what was loaded. Runs on whatever parsed, so that problems of form and of meaning come together. */
export function plan({ draft, issues }: Loaded): Planned {
  const judge = judgement();
  const labels = stackLabels(draft);
  judgeSizes(draft, judge);
  judgeModelStore(draft, judge);
  noteStrangeNodes(draft, judge);
  const pools = placeRealNode(planPools(draft, labels, judge), draft.site, judge);
  const teams = planTeams(draft, labels, judge);
  const services = planServices(draft, pools, labels, judge);
  const all = inReadingOrder([...issues, ...judge.issues]);
  const { name, cloud, environment } = draft;
  const cluster = planCluster(draft.cluster);
  if (all.length > 0 || !name || !cloud || !environment || !cluster) {
    return { plan: undefined, issues: all };
  }
  return {
    issues: [],
    plan: {
      name,
      cloud,
      environment,
      cluster,
      labels,
      pools: planned(pools),
      teams,
      services,
      waivers: draft.waivers,
      notes: judge.notes,
      unresolved: judge.unresolved,
    },
  };
}

/** Labels of everything the stack makes, so that a cluster's objects and costs can be told apart. */
function stackLabels({ name, owner, costCenter }: Loaded["draft"]) {
  return {
    [recommendedLabels.partOf]: platformName,
    [recommendedLabels.managedBy]: "pulumi",
    [stackLabel]: name ?? "",
    "inference-platform/owner": owner ?? "",
    "inference-platform/cost-center": costCenter ?? "",
  };
}

function planned(pools: PlannedPools): PlatformPlan["pools"] {
  const all = [...pools.values()].filter((pool) => pool !== undefined);
  return Object.fromEntries(all.map((pool) => [pool.name, pool]));
}
