/** What stack rules ask of the other objects: which pods a selector finds, and how many replicas there are at least. */
import { describe, kindOf } from "./address.ts";
import type { Resource, Subjects } from "./define-rule.ts";
import { inferenceService, podSpecs, podTemplate } from "./pods.ts";
import { at, numberAt, recordAt, textAt } from "./read.ts";
import { attempt, each, exactly, isOpen, openReason, some, Unjudged, which } from "./unjudged.ts";

export const scaledObject = "kubernetes:keda.sh/v1alpha1:ScaledObject";
const rollout = "kubernetes:argoproj.io/v1alpha1:Rollout";
export const helmRelease = "kubernetes:helm.sh/v3:Release";

/** Kinds whose controllers make pods with labels of their own. */
const podMakers: ReadonlySet<string> = new Set([
  "InferenceService",
  "LLMInferenceService",
  "JobSet",
  "LeaderWorkerSet",
  "MPIJob",
  "RayCluster",
  "RayJob",
  "RayService",
  "TrainJob",
  "Workflow",
  "CronWorkflow",
]);

/** Workloads that serve and keep a number of replicas. */
export const workloads: Subjects<Resource> = {
  tokens: ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", rollout],
  *of(resource) {
    const borrowed = attempt(() => borrowsTemplate(resource));
    if (isOpen(borrowed)) yield borrowed;
    else if (!borrowed) yield resource;
  },
};

/** A Rollout may name a Deployment in place of a template; that one is judged itself. */
function borrowsTemplate({ props }: Resource): boolean {
  return at(props, "spec.workloadRef") !== undefined;
}

export function namespaceOf({ props }: Resource): string {
  return textAt(props, "metadata.namespace") ?? "default";
}

type Labels = Readonly<Record<string, unknown>>;

/** Labels of a workload's pods. @throws Unjudged where the engine does not show the pod template */
export function podLabels(workload: Resource): Labels {
  const template = podTemplate(workload);
  if (template === undefined) throw new Unjudged("its pod template is not shown before the update");
  return recordAt(template, "metadata.labels");
}

/** Whether a plain map of labels, as a Service has, selects a pod. */
export function mapSelects(map: Labels, labels: Labels): boolean {
  return !some(Object.keys(map), (key) => labels[key] !== map[key]);
}

/** Whether a label selector selects a pod; an empty one selects every pod. */
export function selects(selector: unknown, labels: Labels): boolean {
  return (
    mapSelects(recordAt(selector, "matchLabels"), labels) &&
    !some(each(selector, "matchExpressions"), (requirement) => !meets(requirement, labels))
  );
}

function meets(requirement: unknown, labels: Labels): boolean {
  const label = labels[textAt(requirement, "key") ?? ""];
  const listed = () => some(each(requirement, "values"), (value) => value === label);
  switch (textAt(requirement, "operator")) {
    case "In":
      return label !== undefined && listed();
    case "NotIn":
      return label === undefined || !listed();
    case "Exists":
      return label !== undefined;
    default:
      return label === undefined;
  }
}

/**
 * Whether a pod of this stack is selected in a namespace.
 * @throws Unjudged where the pods may be made by others: by another stack, a chart or a controller
 */
export function selectsPod(
  stack: readonly Resource[],
  namespace: string,
  selected: (labels: Labels) => boolean,
): boolean {
  const holders = stack.filter(({ type }) => podTokens.has(type));
  const isHere = (holder: Resource) =>
    namespaceOf(holder) === namespace && !borrowsTemplate(holder);
  const isSelected = naming((holder) => isHere(holder) && selected(podLabels(holder)));
  if (some(holders, isSelected)) return true;
  const mayMakeIt = naming((resource) => makesPods(resource, namespace));
  const [maker] = which(stack, mayMakeIt);
  if (maker) throw new Unjudged(`${describe(maker)} may make the pods it selects`);
  if (!some(holders, naming(isHere)))
    throw new Unjudged(`no pod of namespace ${namespace} is in this stack`);
  return false;
}

/** A patch shows part of its labels at most, and KServe gives pods labels of its own. */
const podTokens: ReadonlySet<string> = new Set(
  podSpecs.tokens.filter((token) => !token.endsWith("Patch") && token !== inferenceService),
);

function makesPods(resource: Resource, namespace: string): boolean {
  if (resource.type === helmRelease)
    return (textAt(resource.props, "namespace") ?? "default") === namespace;
  return podMakers.has(kindOf(resource.type)) && namespaceOf(resource) === namespace;
}

/** Lets a test say which other resource left it open. */
export function naming<T>(test: (resource: Resource) => T): (resource: Resource) => T {
  return (resource) => {
    const result = attempt(() => test(resource));
    if (isOpen(result)) throw new Unjudged(`${describe(resource)}: ${openReason(result)}`);
    return result;
  };
}

/**
 * Replicas that a workload keeps at least: what its autoscaler's lower bound says, else its own number.
 * @see https://keda.sh/docs/latest/reference/scaledobject-spec (checked 2026-11)
 */
export function leastReplicas(workload: Resource, stack: readonly Resource[]): number {
  const scalers = stack.filter(({ type }) => type in scalerBounds);
  const scalesIt = naming((other) => scales(other, workload));
  const [scaler] = exactly(scalers, scalesIt);
  const bound = scaler && scalerBounds[scaler.type];
  if (scaler && bound) return naming(({ props }) => bound(props))(scaler);
  if (at(workload.props, "spec") === undefined)
    throw new Unjudged("its spec is not shown before the update");
  return numberAt(workload.props, "spec.replicas") ?? 1;
}

const scalerBounds: Readonly<Record<string, (props: unknown) => number>> = {
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": (props) =>
    numberAt(props, "spec.minReplicas") ?? 1,
  "kubernetes:autoscaling/v1:HorizontalPodAutoscaler": (props) =>
    numberAt(props, "spec.minReplicas") ?? 1,
  [scaledObject]: (props) =>
    numberAt(props, "spec.idleReplicaCount") ?? numberAt(props, "spec.minReplicaCount") ?? 0,
};

function scales(scaler: Resource, workload: Resource): boolean {
  return (
    namespaceOf(scaler) === namespaceOf(workload) &&
    (textAt(scaler.props, "spec.scaleTargetRef.kind") ?? "Deployment") === kindOf(workload.type) &&
    textAt(scaler.props, "spec.scaleTargetRef.name") === textAt(workload.props, "metadata.name")
  );
}
