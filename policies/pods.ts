/** The one way rules see pods: every kind that holds a pod template, read alike. */
import type { Resource, Subjects } from "./define-rule.ts";
import { at, textAt } from "./read.ts";
import { attempt, each, isOpen, type Open } from "./unjudged.ts";

/** What a kind makes of its pods: replicas that serve, one agent on every node, work that ends, or a pod as it stands. */
export type Role = "server" | "agent" | "job" | "bare";

interface PodKind {
  /** Type token without `kubernetes:`. */
  readonly token: string;
  readonly role: Role;
  /** Where the pod's `metadata` and `spec` stand in the object; the object itself where empty. */
  readonly template: string;
}

/** @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/ (4.34.2, checked 2026-11) */
export const podKinds: readonly PodKind[] = [
  { token: "core/v1:Pod", role: "bare", template: "" },
  { token: "core/v1:PodTemplate", role: "bare", template: "template" },
  { token: "core/v1:ReplicationController", role: "server", template: "spec.template" },
  { token: "apps/v1:Deployment", role: "server", template: "spec.template" },
  { token: "apps/v1:StatefulSet", role: "server", template: "spec.template" },
  { token: "apps/v1:ReplicaSet", role: "server", template: "spec.template" },
  { token: "apps/v1:DaemonSet", role: "agent", template: "spec.template" },
  { token: "batch/v1:Job", role: "job", template: "spec.template" },
  { token: "batch/v1:CronJob", role: "job", template: "spec.jobTemplate.spec.template" },
  // Without a template of its own a Rollout names a Deployment, which is judged itself.
  { token: "argoproj.io/v1alpha1:Rollout", role: "server", template: "spec.template" },
];

/**
 * KServe writes a pod spec inline in each component, and a container inline under the name of a framework. Without
 * `containers` both only change what a ServingRuntime says.
 * @see https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1beta1/predictor.go (checked 2026-11)
 */
export const inferenceService = "kubernetes:serving.kserve.io/v1beta1:InferenceService";
const inferencePods = ["predictor", "predictor.workerSpec", "transformer", "explainer"];
const inferenceFrameworks = [
  "model",
  "triton",
  "pytorch",
  "tensorflow",
  "huggingface",
  "onnx",
  "sklearn",
  "xgboost",
  "lightgbm",
  "pmml",
  "paddle",
  "art",
];

export interface Pod {
  /** The pod spec as the object holds it. */
  readonly spec: unknown;
  readonly role: Role;
  /** The object only changes what another says, so what it does not say is not absent. */
  readonly partial: boolean;
  /** Begins a message where the object holds several pods: `predictor: `. */
  readonly prefix: string;
  /** Keys of the spec that hold a container each, beside the lists. */
  readonly inline: readonly string[];
}

export interface Container {
  readonly pod: Pod;
  readonly spec: unknown;
  readonly stage: "init" | "main" | "ephemeral";
  readonly partial: boolean;
  /** The container in a message: `container main`. */
  readonly label: string;
}

interface Row extends Pick<Pod, "role" | "partial"> {
  readonly template: string;
}

/** The kinds by token, and for each of the SDK's own kinds the one that patches it; custom resources have none. */
const rows: ReadonlyMap<string, Row> = new Map(
  podKinds.flatMap(({ token, role, template }): readonly (readonly [string, Row])[] => {
    const whole = [`kubernetes:${token}`, { role, template, partial: false }] as const;
    const patch = [`kubernetes:${token}Patch`, { role, template, partial: true }] as const;
    return token.includes(".") ? [whole] : [whole, patch];
  }),
);

/** Every pod that a resource holds. */
export const podSpecs: Subjects<Pod> = {
  tokens: [...rows.keys(), inferenceService],
  *of({ type, props }: Resource) {
    const row = rows.get(type);
    if (!row) yield* podsOfInferenceService(props);
    else {
      const { role, partial } = row;
      const spec = attempt(() => at(props, row.template === "" ? "spec" : `${row.template}.spec`));
      if (isOpen(spec)) yield spec;
      else if (spec !== undefined) yield { spec, role, partial, prefix: "", inline: [] };
    }
  },
};

function* podsOfInferenceService(props: unknown): Generator<Pod | Open> {
  for (const component of inferencePods) {
    const spec = attempt(() => at(props, `spec.${component}`));
    const list = attempt(() => at(props, `spec.${component}.containers`));
    if (isOpen(spec)) yield spec;
    else if (isOpen(list)) yield list;
    else if (spec !== undefined)
      yield {
        spec,
        role: "server",
        partial: list === undefined,
        prefix: `${component}: `,
        inline: inferenceFrameworks,
      };
  }
}

/** The pod template of a workload, for its labels; `undefined` where it shows none. */
export function podTemplate({ type, props }: Resource): unknown {
  const row = rows.get(type);
  const template = row && (row.template === "" ? props : at(props, row.template));
  return at(template, "spec") === undefined ? undefined : template;
}

const stages = [
  { stage: "init", list: "initContainers" },
  { stage: "main", list: "containers" },
  { stage: "ephemeral", list: "ephemeralContainers" },
] as const;

/** Every container of every pod, init and ephemeral ones included. */
export const containers: Subjects<Container> = {
  tokens: podSpecs.tokens,
  *of(resource) {
    for (const pod of podSpecs.of(resource)) {
      if (isOpen(pod)) yield pod;
      else {
        for (const { stage, list } of stages)
          for (const { part: spec, label } of named(pod.spec, list))
            yield isOpen(spec)
              ? spec
              : {
                  pod,
                  spec,
                  stage,
                  partial: pod.partial,
                  label: `${pod.prefix}container ${label}`,
                };
        for (const key of pod.inline) {
          const spec = attempt(() => at(pod.spec, key));
          if (isOpen(spec)) yield spec;
          else if (spec !== undefined)
            yield { pod, spec, stage: "main", partial: true, label: `${pod.prefix}${key}` };
        }
      }
    }
  },
};

/** The elements of a list with what a message calls them: their name, or their place where it is not known. */
function* named(value: unknown, path: string): Generator<{ part: unknown; label: string }> {
  let index = 0;
  for (const part of each(value, path)) {
    const name = attempt(() => textAt(part, "name"));
    yield { part, label: isOpen(name) || name === undefined ? `${path}[${index}]` : name };
    index += 1;
  }
}

export interface Volume {
  readonly spec: unknown;
  /** The volume in a message: `volume weights`. */
  readonly label: string;
}

/** Every volume of every pod. */
export const volumes: Subjects<Volume> = {
  tokens: podSpecs.tokens,
  *of(resource) {
    for (const pod of podSpecs.of(resource)) {
      if (isOpen(pod)) yield pod;
      else
        for (const { part: spec, label } of named(pod.spec, "volumes"))
          yield isOpen(spec) ? spec : { spec, label: `${pod.prefix}volume ${label}` };
    }
  },
};

/** A security setting that a container inherits from its pod, for example `runAsNonRoot`. */
export function securitySetting(container: Container, field: string): unknown {
  const path = `securityContext.${field}`;
  return at(container.spec, path) ?? at(container.pod.spec, path);
}
