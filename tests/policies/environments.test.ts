import assert from "node:assert/strict";
import { checkoutRoot } from "../../embedded/paths.ts";
import type { PlatformPlan } from "../../platform/plan/plan.ts";
import type { Environment } from "../../platform/spec/environments.ts";
import { specFileOf, stackNames } from "../../platform/spec/pointer.ts";
import { container, deployment, object, service } from "../../policies/cases.ts";
import { policyConfig } from "../../policies/config.ts";
import type { Resource } from "../../policies/define-rule.ts";
import { judge } from "../../policies/judge.ts";
import { rules } from "../../policies/rules/index.ts";
import { wlImageDigest } from "../../policies/rules/wl-image-digest.ts";
import { readSettings } from "../../policies/settings.ts";
import { build } from "../../stacks/build.ts";
import { planStack } from "../../stacks/plan.ts";
import { record } from "../support/record.ts";
import { siteWithRealNode } from "../support/small-stack.ts";

/** Ids of the mandatory rules that object to something in a stack. */
function broken(stack: readonly Resource[], environment: Environment): readonly string[] {
  const config = policyConfig({ environment });
  return rules
    .filter(({ id }) => config[id]?.enforcementLevel === "mandatory")
    .filter((rule) =>
      stack
        .flatMap((resource) =>
          judge(rule, resource, readSettings(config[rule.id]), "2026-11-20", stack),
        )
        .some(({ outcome }) => outcome === "violation"),
    )
    .map(({ id }) => id);
}

/** What the engine would be given. */
async function resourcesOf(plan: PlatformPlan): Promise<readonly Resource[]> {
  const recorded = await record(() => build(plan), true);
  return recorded.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
}

/** One of everything that no stack should have. */
const badStack: readonly Resource[] = [
  object("core/v1:Namespace", { metadata: { name: "vision", namespace: undefined } }),
  deployment({
    spec: { replicas: 1 },
    pod: {
      securityContext: { runAsUser: 0 },
      hostNetwork: true,
      terminationGracePeriodSeconds: 15,
      volumes: [{ name: "host", hostPath: { path: "/" } }],
      containers: [
        container({
          image: "server:latest",
          env: [{ name: "HF_TOKEN", value: "open-sesame" }],
          resources: { limits: { "nvidia.com/gpu": "0.5" } },
          livenessProbe: undefined,
          securityContext: { privileged: true },
        }),
      ],
    },
  }),
  service({ selector: { app: "nobody" } }),
];

describe("The policy pack", () => {
  for (const stack of stackNames(checkoutRoot))
    it(`objects to nothing that is mandatory in ${stack}, planned and built whole`, async () => {
      const plan = planStack(checkoutRoot, specFileOf(checkoutRoot, stack));
      assert.deepEqual(broken(await resourcesOf(plan), plan.environment), []);
    });

  describe("judges the images of local", () => {
    const [iris, loader] = [
      "localhost/inference-platform/iris:0.1.0",
      "localhost/inference-platform/storage-initializer:0.20.0",
    ] as const;
    const triton =
      "unjudged: could not be judged: Deployment vision/resnet50: container server: digest of nvcr.io/nvidia/tritonserver:26.07-py3 is unresolved";
    const cases = [
      {
        title: "by their tags before this machine has built them",
        images: {},
        want: [
          `unjudged: could not be judged: Deployment flowers/iris: container model: digest of ${loader} is unresolved`,
          "violation: Deployment flowers/iris: container server has an image without a digest\nfix: write the image as registry/name:tag@sha256:<digest>",
          `unjudged: could not be judged: Deployment vision/resnet50: container model: digest of ${loader} is unresolved`,
          triton,
        ],
      },
      {
        title: "by their digests once this machine has built them",
        images: {
          [iris]: `sha256:${"a".repeat(64)}`,
          [loader]: `sha256:${"b".repeat(64)}`,
        },
        want: [triton],
      },
    ] as const;
    for (const { title, images, want } of cases)
      it(title, async () => {
        const specFile = specFileOf(checkoutRoot, "local");
        const plan = planStack(checkoutRoot, specFile, { ...siteWithRealNode, images });
        const reports = (await resourcesOf(plan)).flatMap((resource) =>
          judge(wlImageDigest, resource, readSettings(undefined), "2026-11-20"),
        );
        assert.deepEqual(
          reports.map(({ outcome, message }) => `${outcome}: ${message}`),
          want,
        );
      });
  });

  it("objects to a stack of everything bad with every rule, and in dev with those that bind there", () => {
    assert.deepEqual(
      broken(badStack, "prod"),
      rules.map(({ id }) => id),
    );
    assert.deepEqual(broken(badStack, "dev"), [
      "iam-no-static-keys",
      "wl-no-priv-escalation",
      "wl-no-privileged",
      "wl-drop-caps",
      "wl-seccomp",
      "wl-host-namespaces",
      "wl-volume-types",
      "wl-ns-psa-labels",
      "wl-selector-consistency",
      "ml-gpu-integer-limits",
    ]);
  });
});
