import { gpuResource, gpuTaint } from "../../platform/facts/gpus.ts";
import { poolLabel } from "../../platform/facts/kubernetes.ts";
import { type Change, container, deployment, object, podSpec } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { type Pod, podSpecs } from "../pods.ts";
import { at, listAt, recordAt, textAt } from "../read.ts";
import { each, some } from "../unjudged.ts";

const taint = `${gpuTaint.key}=${gpuTaint.value}:${gpuTaint.effect}`;
const toleration = { key: gpuTaint.key, operator: "Exists", effect: gpuTaint.effect };
const resources = { limits: { [gpuResource]: 1 } };

export const mlGpuOnTaintedPool = defineRule({
  id: "ml-gpu-on-tainted-pool",
  severity: "medium",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "GPU nodes are tainted so that only pods with a GPU cost what they cost; a pod that gets this wrong waits or wastes.",
  fix: `let pods with a GPU tolerate ${taint} and select their pool (${poolLabel}), and no others`,
  references: { bpg: ["aiml"] },
  checks: [
    on(podSpecs, {
      violation: [
        (pod) =>
          !pod.partial && asksForGpu(pod) && !some(each(pod.spec, "tolerations"), tolerates)
            ? `${pod.prefix}asks for a GPU but does not tolerate ${taint}`
            : null,
        (pod) =>
          !pod.partial && asksForGpu(pod) && !selectsNodes(pod.spec)
            ? `${pod.prefix}asks for a GPU but selects no nodes`
            : null,
        (pod) =>
          // Agents of GPU nodes run there without a GPU; a claim may stand for one.
          !pod.partial &&
          pod.role !== "agent" &&
          listAt(pod.spec, "resourceClaims").length === 0 &&
          some(each(pod.spec, "tolerations"), tolerates) &&
          !asksForGpu(pod)
            ? `${pod.prefix}asks for no GPU but tolerates ${taint}`
            : null,
      ],
      cases: [
        {
          name: "tolerates the taint and selects a pool",
          given: deployment({
            pod: { tolerations: [toleration], nodeSelector: { [poolLabel]: "l4" } },
            container: { resources },
          }),
          want: null,
        },
        {
          name: "neither",
          given: deployment({ container: { resources } }),
          want: [
            `asks for a GPU but does not tolerate ${taint}`,
            "asks for a GPU but selects no nodes",
          ],
        },
        { name: "no GPU, no toleration", given: deployment(), want: null },
        {
          name: "no GPU, tolerates everything",
          given: deployment({ pod: { tolerations: [{ operator: "Exists" }] } }),
          want: `asks for no GPU but tolerates ${taint}`,
        },
        {
          name: "tolerates another value",
          given: deployment({
            pod: {
              tolerations: [{ key: gpuTaint.key, value: "absent" }],
              nodeSelector: { [poolLabel]: "l4" },
            },
            container: { resources },
          }),
          want: `asks for a GPU but does not tolerate ${taint}`,
        },
        {
          name: "selects by operating system alone",
          given: deployment({
            pod: { tolerations: [toleration], nodeSelector: { "kubernetes.io/os": "linux" } },
            container: { resources },
          }),
          want: "asks for a GPU but selects no nodes",
        },
        {
          name: "GPU of an init container, nodes by affinity",
          given: deployment({
            pod: {
              tolerations: [toleration],
              affinity: {
                nodeAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [
                      { matchExpressions: [{ key: poolLabel, operator: "Exists" }] },
                    ],
                  },
                },
              },
              initContainers: [container({ name: "compile", resources })],
            },
          }),
          want: null,
        },
        {
          name: "tolerates the taint by its value, for every effect",
          given: deployment({
            pod: {
              tolerations: [{ key: gpuTaint.key, value: gpuTaint.value }],
              nodeSelector: { [poolLabel]: "l4" },
            },
            container: { resources },
          }),
          want: null,
        },
        {
          name: "tolerates other taints and effects alone",
          given: deployment({
            pod: {
              tolerations: [
                { key: "team", operator: "Exists" },
                { key: gpuTaint.key, operator: "Exists", effect: "NoExecute" },
                { key: gpuTaint.key, operator: "Gt", value: gpuTaint.value },
                { value: gpuTaint.value },
              ],
            },
          }),
          want: null,
        },
        {
          name: "a slice of a GPU, requested alone",
          given: deployment({
            container: { resources: { requests: { "nvidia.com/mig-1g.5gb": 1 } } },
            pod: { tolerations: [toleration] },
          }),
          want: "asks for a GPU but selects no nodes",
        },
        {
          name: "a claim that may stand for a GPU",
          given: deployment({
            pod: { tolerations: [toleration], resourceClaims: [{ name: "gpu" }] },
          }),
          want: null,
        },
        { name: "agent of GPU nodes", given: agent({ tolerations: [toleration] }), want: null },
      ],
    }),
  ],
});

function agent(pod: Change) {
  return object("apps/v1:DaemonSet", { spec: { template: { spec: podSpec({ pod }) } } });
}

/** Whole GPUs and slices of them; devices of other vendors have taints that this platform does not set. */
function asksForGpu({ spec }: Pod): boolean {
  return some(["initContainers", "containers"], (list) =>
    some(each(spec, list), (container) =>
      some(["limits", "requests"], (side) => {
        const asked = recordAt(container, `resources.${side}`);
        return some(Object.keys(asked).filter(isGpu), (name) => Number(asked[name]) !== 0);
      }),
    ),
  );
}

function isGpu(resource: string): boolean {
  return resource === gpuResource || resource.startsWith("nvidia.com/mig-");
}

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ (checked 2026-11) */
function tolerates(candidate: unknown): boolean {
  const effect = textAt(candidate, "effect") ?? "";
  const key = textAt(candidate, "key") ?? "";
  if (effect !== "" && effect !== gpuTaint.effect) return false;
  if (key !== "" && key !== gpuTaint.key) return false;
  const operator = textAt(candidate, "operator") ?? "Equal";
  return (
    operator === "Exists" ||
    (operator === "Equal" && key !== "" && textAt(candidate, "value") === gpuTaint.value)
  );
}

/** Whether it says which nodes, beyond their operating system and processor. */
function selectsNodes(spec: unknown): boolean {
  const keys = Object.keys(recordAt(spec, "nodeSelector"));
  const required = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
  return (
    keys.some((key) => key !== "kubernetes.io/os" && key !== "kubernetes.io/arch") ||
    at(spec, `${required}.nodeSelectorTerms`) !== undefined
  );
}
