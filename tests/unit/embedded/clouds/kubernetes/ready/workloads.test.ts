import assert from "node:assert/strict";
import {
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgeStatefulSet,
} from "../../../../../../embedded/clouds/kubernetes/ready/workloads.ts";
import type { KubernetesObject } from "../../../../../../embedded/kubernetes/objects.ts";

type Part = Readonly<Record<string, unknown>>;

function object(spec: Part, status: Part, generation = 2): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Thing",
    metadata: { name: "a", generation },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

function condition(type: string, status: string, reason = "", message = ""): Part {
  return { type, status, reason, message };
}

const all = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
const unseen = "waiting: its controller has not seen it yet";

type Judge = (live: KubernetesObject) => { readonly state: string; readonly why?: string };

const kinds: readonly {
  kind: string;
  judge: Judge;
  cases: readonly { spec?: Part; status?: Part; generation?: number; expected: string }[];
}[] = [
  {
    kind: "Deployment",
    judge: judgeDeployment,
    cases: [
      { status: all, expected: "ready" },
      { status: all, generation: 3, expected: unseen },
      { status: { ...all, updatedReplicas: 1 }, expected: "waiting: 1 of 2 replicas updated" },
      { status: { ...all, replicas: 3 }, expected: "waiting: 1 old replicas still running" },
      { status: { ...all, availableReplicas: 1 }, expected: "waiting: 1 of 2 replicas available" },
      { spec: { replicas: 1 }, status: all, expected: "waiting: 1 replicas too many" },
      { spec: { replicas: 0 }, status: {}, expected: "ready" },
      { spec: {}, status: {}, expected: "waiting: 0 of 1 replicas updated" },
      { spec: { replicas: 2, paused: true }, status: {}, expected: "ready" },
      {
        status: {
          ...all,
          availableReplicas: 0,
          conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")],
        },
        expected: "failed: 0 of 2 replicas available; timed out",
      },
      {
        status: { conditions: [condition("ReplicaFailure", "True", "FailedCreate", "forbidden")] },
        expected: "waiting: 0 of 2 replicas available; forbidden",
      },
    ],
  },
  {
    kind: "StatefulSet",
    judge: judgeStatefulSet,
    cases: [
      { status: all, expected: "ready" },
      { status: all, generation: 3, expected: unseen },
      { status: { ...all, availableReplicas: 1 }, expected: "waiting: 1 of 2 replicas available" },
      {
        status: { ...all, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" },
        expected: "waiting: 1 of 2 replicas updated",
      },
      {
        spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { ...all, updatedReplicas: 1, updateRevision: "b", currentRevision: "a" },
        expected: "ready",
      },
      { spec: { updateStrategy: { type: "OnDelete" } }, status: {}, expected: "ready" },
    ],
  },
  {
    kind: "DaemonSet",
    judge: judgeDaemonSet,
    cases: [
      {
        status: { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
        expected: "ready",
      },
      { status: {}, generation: 3, expected: unseen },
      {
        status: { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 },
        expected: "waiting: updated on 1 of 2 nodes",
      },
      {
        status: { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
        expected: "waiting: available on 1 of 2 nodes",
      },
      {
        spec: { updateStrategy: { type: "OnDelete" } },
        status: { desiredNumberScheduled: 2, numberAvailable: 2 },
        expected: "ready",
      },
    ],
  },
  {
    kind: "Job",
    judge: judgeJob,
    cases: [
      { status: { conditions: [condition("Complete", "True")] }, expected: "ready" },
      {
        spec: { completions: 3 },
        status: { succeeded: 1 },
        expected: "waiting: 1 of 3 pods succeeded",
      },
      { spec: { suspend: true }, status: {}, expected: "ready" },
      {
        status: { conditions: [condition("Failed", "True", "BackoffLimitExceeded", "too often")] },
        expected: "failed: BackoffLimitExceeded: too often",
      },
    ],
  },
];

for (const { kind, judge, cases } of kinds) {
  describe(`readiness of a ${kind}`, () => {
    for (const { spec = { replicas: 2 }, status = {}, generation, expected } of cases) {
      it(`is "${expected}" for ${JSON.stringify({ generation, spec, status })}`, () => {
        const { state, why } = judge(object(spec, status, generation));
        assert.equal(why === undefined ? state : `${state}: ${why}`, expected);
      });
    }
  });
}
