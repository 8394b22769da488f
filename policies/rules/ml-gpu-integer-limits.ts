import { gpuResource } from "../../platform/facts/gpus.ts";
import { container, deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers } from "../pods.ts";
import { quantity } from "../quantity.ts";
import { recordAt } from "../read.ts";
import { which } from "../unjudged.ts";

export const mlGpuIntegerLimits = defineRule({
  id: "ml-gpu-integer-limits",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "A device is given whole or not at all: a request that differs from the limit is refused only when the pod is made.",
  fix: `set resources.limits to a whole number, for example ${gpuResource}: 1, and leave requests out or set them equal`,
  references: {
    kubernetes: ["device plugins"],
    bpg: ["aiml"],
  },
  checks: [
    on(containers, {
      violation: ({ spec, label, partial }) => {
        const names = [
          ...new Set(
            ["requests", "limits"].flatMap((side) =>
              Object.keys(recordAt(spec, `resources.${side}`)),
            ),
          ),
        ].filter(isExtended);
        const wrong = which(names, (name) => {
          const request = recordAt(spec, "resources.requests")[name];
          const limit = recordAt(spec, "resources.limits")[name];
          if (limit === undefined) return !(partial && isWhole(request));
          return (
            !isWhole(limit) || (request !== undefined && quantity(request) !== quantity(limit))
          );
        });
        return wrong.length === 0
          ? null
          : `${label} must limit ${wrong.join(", ")} to a whole number that its request equals`;
      },
      cases: [
        {
          name: "one GPU",
          given: deployment({ container: { resources: { limits: { [gpuResource]: "1" } } } }),
          want: null,
        },
        {
          name: "half a GPU",
          given: deployment({ container: { resources: { limits: { [gpuResource]: "500m" } } } }),
          want: `container main must limit ${gpuResource} to a whole number that its request equals`,
        },
        {
          name: "a request without a limit",
          given: deployment({ container: { resources: { requests: { [gpuResource]: 1 } } } }),
          want: `container main must limit ${gpuResource} to a whole number that its request equals`,
        },
        {
          name: "more allowed than asked for, in an init container",
          given: deployment({
            pod: {
              initContainers: [
                container({
                  name: "compile",
                  resources: {
                    requests: { "aws.amazon.com/neuron": 1 },
                    limits: { "aws.amazon.com/neuron": 2 },
                  },
                }),
              ],
            },
          }),
          want: "container compile must limit aws.amazon.com/neuron to a whole number that its request equals",
        },
        {
          name: "request and limit alike, one as a number",
          given: deployment({
            container: {
              resources: { requests: { [gpuResource]: 2 }, limits: { [gpuResource]: "2" } },
            },
          }),
          want: null,
        },
        {
          name: "a claim of dynamic resource allocation",
          given: deployment({ container: { resources: { claims: [{ name: "gpu" }] } } }),
          want: null,
        },
      ],
    }),
  ],
});

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/helper/helpers.go IsExtendedResourceName (checked 2026-11) */
function isExtended(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/");
}

function isWhole(value: unknown): boolean {
  return /^\d+$/.test(String(value));
}
