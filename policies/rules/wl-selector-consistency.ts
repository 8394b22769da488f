import { budget, deployment, object, service } from "../cases.ts";
import { across, defineRule, resources } from "../define-rule.ts";
import { at, recordAt, textAt } from "../read.ts";
import { helmRelease, mapSelects, namespaceOf, selects, selectsPod } from "../stack.ts";

const networkPolicy = (podSelector: unknown) =>
  object("networking.k8s.io/v1:NetworkPolicy", { spec: { podSelector } });

export const wlSelectorConsistency = defineRule({
  id: "wl-selector-consistency",
  severity: "medium",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "A selector that finds no pod serves nobody and protects nothing, and says so nowhere.",
  fix: "make the selector equal to labels of the pod template in the same namespace, or delete the object",
  references: {
    kubeLinter: ["dangling-service", "dangling-networkpolicy"],
    kubeScore: ["service-targets-pod", "networkpolicy-targets-pod"],
  },
  checks: [
    across(resources("kubernetes:core/v1:Service"), {
      violation: (subject, stack) => {
        const selector = recordAt(subject.props, "spec.selector");
        const isEmpty = Object.keys(selector).length === 0;
        // Without a selector its endpoints are somebody else's to write; ExternalName ignores it.
        if (isEmpty || textAt(subject.props, "spec.type") === "ExternalName") return null;
        return selectsPod(stack, namespaceOf(subject), (labels) => mapSelects(selector, labels))
          ? null
          : "selects no pod";
      },
      cases: [
        { name: "selects the server's pods", given: [service(), deployment()], want: null },
        {
          name: "a label that no pod has",
          given: [service({ selector: { app: "resnet" } }), deployment()],
          want: "selects no pod",
        },
        {
          name: "pods of that label in another namespace alone",
          given: [
            service(),
            deployment({ metadata: { namespace: "speech" } }),
            deployment({ spec: { template: { metadata: { labels: {} }, spec: {} } } }),
          ],
          want: "selects no pod",
        },
        {
          name: "no selector",
          given: [service({ selector: undefined }), deployment()],
          want: null,
        },
        {
          name: "a name outside of the cluster",
          given: [service({ type: "ExternalName", selector: { app: "none" } }), deployment()],
          want: null,
        },
        {
          name: "pods of another stack",
          given: [service()],
          want: { unjudged: "no pod of namespace vision is in this stack" },
        },
        {
          name: "pods that a chart may make",
          given: [
            service({ selector: { app: "gateway" } }),
            deployment(),
            { type: helmRelease, name: "gateway", props: { namespace: "vision" } },
          ],
          want: { unjudged: "Release gateway may make the pods it selects" },
        },
        {
          name: "charts and operators at work in other namespaces",
          given: [
            service({ selector: { app: "gateway" } }),
            deployment(),
            { type: helmRelease, name: "gateway", props: { namespace: "ingress" } },
            object("ray.io/v1:RayService", { metadata: { namespace: "speech" } }),
          ],
          want: "selects no pod",
        },
        {
          name: "pods that an operator may make",
          given: [
            service({ selector: { app: "ray" } }),
            deployment(),
            object("ray.io/v1:RayService", {}),
          ],
          want: { unjudged: "RayService vision/resnet50 may make the pods it selects" },
        },
      ],
    }),
    across(resources("kubernetes:policy/v1:PodDisruptionBudget"), {
      violation: (subject, stack) => {
        const selector = at(subject.props, "spec.selector");
        return selector !== undefined &&
          selectsPod(stack, namespaceOf(subject), (labels) => selects(selector, labels))
          ? null
          : "selects no pod";
      },
      cases: [
        { name: "selects the server's pods", given: [budget(), deployment()], want: null },
        {
          name: "an expression that no pod meets",
          given: [
            budget({ selector: { matchExpressions: [{ key: "tier", operator: "Exists" }] } }),
            deployment(),
          ],
          want: "selects no pod",
        },
        {
          name: "no selector, which finds nothing",
          given: [budget({ selector: undefined }), deployment()],
          want: "selects no pod",
        },
      ],
    }),
    across(resources("kubernetes:networking.k8s.io/v1:NetworkPolicy"), {
      violation: (subject, stack) => {
        const selector = at(subject.props, "spec.podSelector");
        const isWhole =
          Object.keys(recordAt(selector, "matchLabels")).length === 0 &&
          at(selector, "matchExpressions") === undefined;
        // An empty selector is the whole namespace, pods to come included.
        return isWhole ||
          selectsPod(stack, namespaceOf(subject), (labels) => selects(selector, labels))
          ? null
          : "selects no pod";
      },
      cases: [
        { name: "the whole namespace", given: [networkPolicy({}), deployment()], want: null },
        {
          name: "an expression that no pod meets",
          given: [
            networkPolicy({ matchExpressions: [{ key: "tier", operator: "Exists" }] }),
            deployment(),
          ],
          want: "selects no pod",
        },
        {
          name: "an expression that a pod meets",
          given: [
            networkPolicy({ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }),
            deployment(),
          ],
          want: null,
        },
        {
          name: "a misspelt label",
          given: [
            networkPolicy({ matchLabels: { "app.kubernetes.io/nam": "resnet50" } }),
            deployment(),
          ],
          want: "selects no pod",
        },
      ],
    }),
  ],
});
