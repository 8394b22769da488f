import assert from "node:assert/strict";
import fc from "fast-check";
import type { ServicePlan } from "../../../../platform/plan/plan.ts";
import { type Edit, planSmall } from "../../../support/small-stack.ts";

function resnet50(...edits: readonly Edit[]): ServicePlan {
  const service = planSmall(...edits).services["resnet50"];
  if (service === undefined) throw new Error("no resnet50");
  return service;
}

function timesOf({ pod, rollout }: ServicePlan) {
  const { progressDeadlineSeconds, completeSeconds } = rollout;
  const startupFailureThreshold = pod.containers[0]?.startupProbe?.failureThreshold;
  return { startupFailureThreshold, progressDeadlineSeconds, completeSeconds };
}

describe("the times of a rollout", () => {
  // Node 20 s, image of 10 GiB 308 s; a download at 50 and a load at 25 MiB/s, half as long again for safety.
  for (const [size, want] of [
    ["100MiB", { startupFailureThreshold: 6, progressDeadlineSeconds: 412, completeSeconds: 884 }],
    [
      "10GiB",
      { startupFailureThreshold: 66, progressDeadlineSeconds: 1326, completeSeconds: 2712 },
    ],
    [
      "20GiB",
      { startupFailureThreshold: 128, progressDeadlineSeconds: 2247, completeSeconds: 4554 },
    ],
  ] as const) {
    it(`follow from a model of ${size}`, () => {
      assert.deepEqual(timesOf(resnet50(["resnet50", "100MiB", size])), want);
    });
  }

  it("of a service without a model are those of node, image and server", () => {
    const iris = planSmall().services["iris"];
    // Node 20 s, image of 1 GiB 31 s, server 45 s, and 30 s for the rest.
    assert.deepEqual(iris && timesOf(iris), {
      startupFailureThreshold: 5,
      progressDeadlineSeconds: 126,
      completeSeconds: 312,
    });
  });

  it("never shrink as the model grows", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 150_000 }),
      fc.integer({ min: 1, max: 10_000 }),
    );
    fc.assert(
      fc.property(sizes, ([mebibytes, more]) => {
        const small = timesOf(resnet50(["resnet50", "100MiB", `${mebibytes}MiB`]));
        const large = timesOf(resnet50(["resnet50", "100MiB", `${mebibytes + more}MiB`]));
        assert.ok((small.startupFailureThreshold ?? 0) <= (large.startupFailureThreshold ?? 0));
        assert.ok(small.progressDeadlineSeconds <= large.progressDeadlineSeconds);
        assert.ok(small.completeSeconds <= large.completeSeconds);
      }),
      { numRuns: 50 },
    );
  });

  it("give every replica its time, and at least one", () => {
    assert.equal(
      resnet50(["spec", "resnet50, replicas: 2", "resnet50, replicas: 1"]).rollout.completeSeconds,
      472,
    );
    assert.equal(resnet50().rollout.completeSeconds, 884);
  });

  it("let Pulumi wait longer than the Deployment", () => {
    const { progressDeadlineSeconds, completeSeconds } = resnet50().rollout;
    assert.ok(completeSeconds > progressDeadlineSeconds);
  });
});

describe("a rollout", () => {
  const ways: readonly {
    readonly title: string;
    readonly edits: readonly Edit[];
    readonly surge: number;
  }[] = [
    {
      title: "starts a pod before it stops one where pool and quota have room",
      edits: [],
      surge: 1,
    },
    {
      title: "stops a pod before it starts one where the pool has no room",
      edits: [["spec", "nodes: 3", "nodes: 2"]],
      surge: 0,
    },
    {
      title: "stops a pod before it starts one where the quota has no room",
      edits: [["spec", "gpus: 3", "gpus: 2"]],
      surge: 0,
    },
  ];

  for (const { title, edits, surge } of ways) {
    it(title, () => {
      const plan = planSmall(...edits);
      const rollout = plan.services["resnet50"]?.rollout;
      assert.deepEqual([rollout?.maxSurge, rollout?.maxUnavailable], [surge, 1 - surge]);
      const note =
        "services.resnet50: pool l4 or the quota of team vision has no room for an extra pod, so a rollout stops one before it starts the next";
      assert.deepEqual(plan.notes, surge === 0 ? [note] : []);
    });
  }

  it("waits for the drain where a pod stops before the next starts", () => {
    const [spare, none] = [resnet50(), resnet50(["spec", "nodes: 3", "nodes: 2"])];
    const drain = none.pod.terminationGracePeriodSeconds;
    assert.equal(
      none.rollout.progressDeadlineSeconds,
      spare.rollout.progressDeadlineSeconds + drain,
    );
  });

  it("of one service leaves room for that of another", () => {
    const second: Edit = [
      "spec",
      "services:\n",
      "services:\n  other: { from: vision/resnet50, replicas: 1 }\n",
    ];
    const surges = (...edits: readonly Edit[]) => {
      const { services } = planSmall(second, ...edits);
      return ["other", "resnet50"].map((name) => services[name]?.rollout.maxSurge);
    };
    assert.deepEqual(
      surges(["spec", "nodes: 3", "nodes: 5"], ["spec", "gpus: 3", "gpus: 5"]),
      [1, 1],
    );
    assert.deepEqual(
      surges(["spec", "nodes: 3", "nodes: 4"], ["spec", "gpus: 3", "gpus: 5"]),
      [1, 0],
    );
    assert.deepEqual(
      surges(["spec", "nodes: 3", "nodes: 5"], ["spec", "gpus: 3", "gpus: 4"]),
      [1, 0],
    );
    assert.deepEqual(
      surges(["spec", "nodes: 3", "nodes: 3"], ["spec", "gpus: 3", "gpus: 3"]),
      [0, 0],
    );
  });
});
