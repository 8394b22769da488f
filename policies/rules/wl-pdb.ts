import { autoscaler, budget, deployment } from "../cases.ts";
import { across, defineRule, type Resource } from "../define-rule.ts";
import { at, textAt } from "../read.ts";
import { leastReplicas, namespaceOf, naming, podLabels, selects, workloads } from "../stack.ts";
import { exactly } from "../unjudged.ts";

const token = "kubernetes:policy/v1:PodDisruptionBudget";

export const wlPdb = defineRule({
  id: "wl-pdb",
  severity: "high",
  enforcement: { dev: "disabled", staging: "advisory", prod: "mandatory" },
  why: "Without a budget a node upgrade takes all replicas at once; with one that allows nothing, nodes cannot be upgraded.",
  fix: "give the workload one PodDisruptionBudget with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow",
  references: {
    kubeLinter: ["pdb-max-unavailable", "pdb-min-available", "pdb-unhealthy-pod-eviction-policy"],
    kubeScore: ["deployment-has-poddisruptionbudget", "statefulset-has-poddisruptionbudget"],
    polaris: ["missingPodDisruptionBudget"],
    kyverno: ["require-reasonable-pdbs"],
  },
  checks: [
    across(workloads, {
      violation: (workload, stack) => {
        const replicas = leastReplicas(workload, stack);
        if (replicas === 0 && at(workload.props, "spec.replicas") === 0) return null;
        const [budget, ...more] = budgetsOf(workload, stack);
        if (budget === undefined) return "has no PodDisruptionBudget";
        if (more.length > 0)
          return `has ${more.length + 1} PodDisruptionBudgets, which the API refuses to evict by`;
        return naming(({ props }) => fault(props, Math.max(replicas, 1)))(budget);
      },
      cases: [
        { name: "one budget that allows one", given: [deployment(), budget()], want: null },
        { name: "none", given: [deployment()], want: "has no PodDisruptionBudget" },
        {
          name: "one for other pods",
          given: [deployment(), budget({ selector: { matchLabels: { app: "other" } } })],
          want: "has no PodDisruptionBudget",
        },
        {
          name: "two",
          given: [deployment(), budget(), budget({ selector: {} })],
          want: "has 2 PodDisruptionBudgets, which the API refuses to evict by",
        },
        {
          name: "minAvailable of all replicas",
          given: [deployment(), budget({ maxUnavailable: undefined, minAvailable: 2 })],
          want: "has a PodDisruptionBudget that allows no disruption of 2 replicas",
        },
        {
          name: "maxUnavailable of none",
          given: [deployment(), budget({ maxUnavailable: 0 })],
          want: "has a PodDisruptionBudget that allows no disruption of 2 replicas",
        },
        {
          name: "neither bound",
          given: [deployment(), budget({ maxUnavailable: undefined })],
          want: "has a PodDisruptionBudget that allows no disruption of 2 replicas",
        },
        {
          name: "autoscaled to none when idle",
          given: [deployment(), autoscaler(0)],
          want: "has no PodDisruptionBudget",
        },
        {
          name: "half of one, rounded up",
          given: [
            deployment({ spec: { replicas: undefined } }),
            autoscaler(1),
            budget({ maxUnavailable: undefined, minAvailable: "50%" }),
          ],
          want: "has a PodDisruptionBudget that allows no disruption of 1 replicas",
        },
        {
          name: "three quarters of four",
          given: [
            deployment({ spec: { replicas: 4 } }),
            budget({ maxUnavailable: undefined, minAvailable: "75%" }),
          ],
          want: null,
        },
        {
          name: "broken pods block an upgrade",
          given: [deployment(), budget({ unhealthyPodEvictionPolicy: undefined })],
          want: "has a PodDisruptionBudget that keeps broken pods from eviction",
        },
        {
          name: "switched off",
          given: [deployment({ spec: { replicas: 0 } })],
          want: null,
        },
      ],
    }),
  ],
});

function budgetsOf(workload: Resource, stack: readonly Resource[]): readonly Resource[] {
  const namespace = namespaceOf(workload);
  const labels = podLabels(workload);
  const isItsOwn = naming((budget) => {
    const selector = at(budget.props, "spec.selector");
    return namespaceOf(budget) === namespace && selector !== undefined && selects(selector, labels);
  });
  const budgets = stack.filter(({ type }) => type === token);
  return exactly(budgets, isItsOwn);
}

function fault(budget: unknown, replicas: number): string | null {
  if (!allowsDisruption(budget, replicas))
    return `has a PodDisruptionBudget that allows no disruption of ${replicas} replicas`;
  return textAt(budget, "spec.unhealthyPodEvictionPolicy") === "AlwaysAllow"
    ? null
    : "has a PodDisruptionBudget that keeps broken pods from eviction";
}

/** Percentages of either kind round up. @see https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/disruption/disruption.go (checked 2026-11) */
function allowsDisruption(budget: unknown, replicas: number): boolean {
  const unavailable = at(budget, "spec.maxUnavailable");
  if (unavailable !== undefined) return countOf(unavailable, replicas) > 0;
  return countOf(at(budget, "spec.minAvailable") ?? replicas, replicas) < replicas;
}

/** A number, or a percentage of `replicas`. */
function countOf(value: unknown, replicas: number): number {
  if (typeof value === "number") return value;
  return Math.ceil((Number.parseInt(String(value), 10) * replicas) / 100);
}
