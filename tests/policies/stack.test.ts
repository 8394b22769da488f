import assert from "node:assert/strict";
import fc from "fast-check";
import { autoscaler, deployment, object } from "../../policies/cases.ts";
import type { Resource } from "../../policies/define-rule.ts";
import { quantity } from "../../policies/quantity.ts";
import { leastReplicas, selects, selectsPod } from "../../policies/stack.ts";
import { isOpen } from "../../policies/unjudged.ts";
import { asSeen, unknownText } from "./policy-sdk.ts";

const labels = { app: "resnet50", tier: "gpu" };

describe("a label selector", () => {
  const selectors: readonly (readonly [title: string, selector: object, selected: boolean])[] = [
    ["nothing asked", {}, true],
    ["equal labels", { matchLabels: labels }, true],
    ["another value", { matchLabels: { app: "resnet50", tier: "cpu" } }, false],
    ["a missing label", { matchLabels: { team: "vision" } }, false],
    ["In", expression("tier", "In", ["cpu", "gpu"]), true],
    ["In, another value", expression("tier", "In", ["cpu"]), false],
    ["In, no label", expression("team", "In", ["cpu"]), false],
    ["NotIn", expression("tier", "NotIn", ["cpu"]), true],
    ["NotIn, its value", expression("tier", "NotIn", ["cpu", "gpu"]), false],
    ["NotIn, no label", expression("team", "NotIn", ["cpu"]), true],
    ["Exists", expression("tier", "Exists"), true],
    ["Exists, no label", expression("team", "Exists"), false],
    ["DoesNotExist", expression("team", "DoesNotExist"), true],
    ["DoesNotExist, a label", expression("tier", "DoesNotExist"), false],
    ["both kinds", { matchLabels: { app: "other" }, ...expression("tier", "Exists") }, false],
  ];
  for (const [title, selector, selected] of selectors)
    it(`${selected ? "selects" : "leaves out"}: ${title}`, () => {
      assert.equal(selects(selector, labels), selected);
    });
});

function expression(key: string, operator: string, values?: readonly string[]) {
  return { matchExpressions: [{ key, operator, values }] };
}

describe("the replicas a workload keeps", () => {
  const scaled = (token: string, spec: object, namespace = "vision") =>
    object(token, {
      metadata: { namespace },
      spec: { scaleTargetRef: { kind: "Deployment", name: "resnet50" }, ...spec },
    });
  const stacks: readonly (readonly [title: string, others: readonly Resource[], least: number])[] =
    [
      ["its own number", [], 5],
      ["the bound of an HPA", [autoscaler(3)], 3],
      [
        "the bound of an HPA of version 1",
        [scaled("autoscaling/v1:HorizontalPodAutoscaler", { minReplicas: 4 })],
        4,
      ],
      ["one, where an HPA has no bound", [scaled("autoscaling/v2:HorizontalPodAutoscaler", {})], 1],
      [
        "one, where an HPA of version 1 has no bound",
        [scaled("autoscaling/v1:HorizontalPodAutoscaler", {})],
        1,
      ],
      ["the bound of KEDA", [scaled("keda.sh/v1alpha1:ScaledObject", { minReplicaCount: 2 })], 2],
      ["none, where KEDA has no bound", [scaled("keda.sh/v1alpha1:ScaledObject", {})], 0],
      [
        "KEDA's number when idle",
        [scaled("keda.sh/v1alpha1:ScaledObject", { minReplicaCount: 2, idleReplicaCount: 0 })],
        0,
      ],
      [
        "its own number, beside an HPA of another namespace",
        [scaled("autoscaling/v2:HorizontalPodAutoscaler", {}, "speech")],
        5,
      ],
      [
        "its own number, beside an HPA of another workload",
        [
          scaled("autoscaling/v2:HorizontalPodAutoscaler", {
            scaleTargetRef: { kind: "Deployment", name: "whisper" },
          }),
        ],
        5,
      ],
      [
        "its own number, beside an HPA of another kind",
        [
          scaled("autoscaling/v2:HorizontalPodAutoscaler", {
            scaleTargetRef: { kind: "StatefulSet", name: "resnet50" },
          }),
        ],
        5,
      ],
    ];
  for (const [title, others, least] of stacks)
    it(`are ${title}`, () => {
      const workload = deployment({ spec: { replicas: 5 } });
      assert.equal(leastReplicas(workload, [...others, workload]), least);
    });

  it("are open while another autoscaler may be its own", () => {
    const other = scaled("keda.sh/v1alpha1:ScaledObject", {
      scaleTargetRef: { name: unknownText },
    });
    const stack = asSeen([deployment(), autoscaler(3), other]);
    const [workload] = stack;
    assert.ok(workload);
    assert.throws(() => leastReplicas(workload, stack), {
      message:
        "ScaledObject vision/resnet50: spec.scaleTargetRef.name is not known before the update",
    });
  });
});

describe("the pods of a namespace", () => {
  const isSelected = (selected: (labels: object) => boolean, stack: readonly Resource[]) => {
    try {
      return selectsPod(stack, "vision", selected);
    } catch (error) {
      if (isOpen(error)) return error.message;
      throw error;
    }
  };

  it("do not count what only patches a workload", () => {
    const patch = object("apps/v1:DeploymentPatch", { spec: { template: { spec: {} } } });
    assert.equal(
      isSelected(() => true, [patch]),
      "no pod of namespace vision is in this stack",
    );
  });

  it("leave the answer open while a workload does not show its template", () => {
    const hidden = object("apps/v1:Deployment", {});
    assert.equal(
      isSelected(() => false, [hidden, deployment()]),
      "Deployment vision/resnet50: its pod template is not shown before the update",
    );
    assert.equal(
      isSelected(() => true, [hidden, deployment()]),
      true,
    );
  });

  it("of objects without a namespace are those of default", () => {
    const workload = deployment({ metadata: { namespace: undefined } });
    assert.equal(
      selectsPod([workload], "default", () => true),
      true,
    );
  });
});

describe("a quantity", () => {
  it("is the number it stands for", () => {
    const quantities: readonly (readonly [unknown, number | undefined])[] = [
      [2, 2],
      ["2", 2],
      ["500m", 0.5],
      ["1.5Gi", 1.5 * 2 ** 30],
      ["1024Mi", 2 ** 30],
      ["1k", 1000],
      ["1e3", 1000],
      ["", undefined],
      ["many", undefined],
      ["1Xi", undefined],
      [true, undefined],
    ];
    for (const [text, number] of quantities) assert.equal(quantity(text), number, String(text));
  });

  it("is the same in one unit and in the next", () => {
    const units = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    fc.assert(
      fc.property(fc.nat(4096), fc.integer({ min: 1, max: units.length - 1 }), (amount, unit) => {
        assert.equal(
          quantity(`${amount}${units[unit]}`),
          quantity(`${amount * 1024}${units[unit - 1]}`),
        );
      }),
    );
    assert.equal(quantity("1Ki"), 1024);
  });
});
