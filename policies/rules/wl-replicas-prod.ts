import { autoscaler, deployment, object } from "../cases.ts";
import { across, type Cap, defineRule } from "../define-rule.ts";
import { inferenceService } from "../pods.ts";
import { numberAt } from "../read.ts";
import { leastReplicas, scaledObject, workloads } from "../stack.ts";

const replicas: Cap<number> = {
  name: "replicas",
  means: "fewest replicas of a server, or fewest its autoscaler may leave",
  default: 2,
};

const scaleToZero = {
  type: scaledObject,
  name: "resnet50",
  props: {
    metadata: { name: "resnet50", namespace: "vision" },
    spec: { scaleTargetRef: { name: "resnet50" } },
  },
};

export const wlReplicasProd = defineRule({
  id: "wl-replicas-prod",
  severity: "high",
  enforcement: { dev: "disabled", staging: "advisory", prod: "mandatory" },
  why: "A server with one replica is away whenever its node is drained, its pod is moved or its zone is lost.",
  fix: "set replicas, or the autoscaler's lower bound, to 2 or more; minReplicas to 1 or more on an InferenceService",
  references: { kubeLinter: ["minimum-replicas"], polaris: ["deploymentMissingReplicas"] },
  caps: [replicas],
  checks: [
    across(workloads, {
      violation: (workload, stack, situation) => {
        const least = leastReplicas(workload, stack);
        const needed = situation.valueOf(replicas);
        return least >= needed ? null : `keeps ${least} of at least ${needed} replicas`;
      },
      cases: [
        { name: "two", given: [deployment()], want: null },
        {
          name: "not set, which is one",
          given: [deployment({ spec: { replicas: undefined } })],
          want: "keeps 1 of at least 2 replicas",
        },
        {
          name: "autoscaled from three",
          given: [deployment({ spec: { replicas: undefined } }), autoscaler(3)],
          want: null,
        },
        {
          name: "autoscaled from one, whatever the workload says",
          given: [deployment({ spec: { replicas: 5 } }), autoscaler(1)],
          want: "keeps 1 of at least 2 replicas",
        },
        {
          name: "KEDA scales to zero unless told otherwise",
          given: [deployment(), scaleToZero],
          want: "keeps 0 of at least 2 replicas",
        },
        {
          name: "preview shows no spec",
          given: [object("apps/v1:Deployment", {})],
          want: { unjudged: "its spec is not shown before the update" },
        },
      ],
    }),
    across(
      { tokens: [inferenceService], of: (resource) => [resource] },
      {
        violation: ({ props }) =>
          (numberAt(props, "spec.predictor.minReplicas") ?? 1) >= 1 ? null : "scales to zero",
        cases: [
          { name: "not set, which is one", given: [inference({})], want: null },
          { name: "zero", given: [inference({ minReplicas: 0 })], want: "scales to zero" },
        ],
      },
    ),
  ],
});

function inference(predictor: Readonly<Record<string, unknown>>) {
  return object("serving.kserve.io/v1beta1:InferenceService", { spec: { predictor } });
}
