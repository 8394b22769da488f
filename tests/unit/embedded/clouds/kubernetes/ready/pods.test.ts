import assert from "node:assert/strict";
import {
  selectorText,
  troubleOf,
} from "../../../../../../embedded/clouds/kubernetes/ready/pods.ts";
import type { KubernetesObject } from "../../../../../../embedded/kubernetes/objects.ts";

function pod(status: Readonly<Record<string, unknown>>): KubernetesObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, status };
}

function unscheduled(message: string) {
  return { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message }] };
}

describe("trouble of a pod", () => {
  const cases: readonly {
    title: string;
    status: Readonly<Record<string, unknown>>;
    expected: string | undefined;
  }[] = [
    {
      title: "is none when it is ready",
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      expected: undefined,
    },
    {
      title: "is none when it has done its work",
      status: { phase: "Succeeded" },
      expected: undefined,
    },
    {
      title: "is what the scheduler misses, without what eviction would not help",
      status: unscheduled(
        "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
      ),
      expected: "Pending, 0/2 nodes are available: 2 Insufficient nvidia.com/gpu",
    },
    {
      title: "is the same without talk of claims",
      status: unscheduled("0/1 nodes are available: 1 Too many pods. preemption: not helpful"),
      expected: "Pending, 0/1 nodes are available: 1 Too many pods",
    },
    {
      title: "is the image that cannot be had",
      status: {
        phase: "Pending",
        containerStatuses: [
          {
            name: "main",
            state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
          },
        ],
      },
      expected: "Pending, main: ImagePullBackOff, no such image",
    },
    {
      title: "is the exit code of a container that keeps ending",
      status: {
        phase: "Running",
        containerStatuses: [
          {
            name: "main",
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 137 } },
          },
        ],
      },
      expected: "Running, main: CrashLoopBackOff, exit code 137",
    },
    {
      title: "is the init container that failed",
      status: {
        phase: "Pending",
        initContainerStatuses: [{ name: "model", state: { terminated: { exitCode: 1 } } }],
        containerStatuses: [{ name: "main", state: { waiting: { reason: "PodInitializing" } } }],
      },
      expected: "Pending, model: ended with exit code 1",
    },
    {
      title: "is not an init container that ended well",
      status: {
        phase: "Pending",
        initContainerStatuses: [{ name: "model", state: { terminated: { exitCode: 0 } } }],
        containerStatuses: [{ name: "main", state: { waiting: { reason: "ContainerCreating" } } }],
      },
      expected: "Pending",
    },
    {
      title: "is a container that runs but is not ready",
      status: {
        phase: "Running",
        containerStatuses: [
          { name: "main", ready: false, state: { running: { startedAt: "2026-01-01T00:00:00Z" } } },
        ],
      },
      expected: "Running, main: running, not ready",
    },
  ];
  for (const { title, status, expected } of cases) {
    it(title, () => assert.equal(troubleOf(pod(status)), expected));
  }
});

describe("label selector of a workload", () => {
  for (const [selector, text] of [
    [{ matchLabels: { app: "a", tier: "b" } }, "app=a,tier=b"],
    [{ matchExpressions: [{ key: "a", operator: "In", values: ["x", "y"] }] }, "a in (x,y)"],
    [{ matchExpressions: [{ key: "a", operator: "NotIn", values: ["x"] }] }, "a notin (x)"],
    [
      {
        matchLabels: { b: "1" },
        matchExpressions: [
          { key: "a", operator: "Exists" },
          { key: "c", operator: "DoesNotExist" },
        ],
      },
      "b=1,a,!c",
    ],
    [undefined, ""],
  ] as const) {
    it(`is asked for as "${text}"`, () => assert.equal(selectorText(selector), text));
  }
});
