import { container, deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { type Container, containers } from "../pods.ts";
import { quantity } from "../quantity.ts";
import { at } from "../read.ts";
import { which } from "../unjudged.ts";

/** A request that is missing takes the limit's value, so a limit alone will do. */
const needed = {
  "a CPU request": ["requests.cpu", "limits.cpu"],
  "a memory request": ["requests.memory", "limits.memory"],
  "a memory limit": ["limits.memory"],
  "an ephemeral-storage request or limit": [
    "requests.ephemeral-storage",
    "limits.ephemeral-storage",
  ],
} as const;
type Need = keyof typeof needed;
const needs: readonly Need[] = [
  "a CPU request",
  "a memory request",
  "a memory limit",
  "an ephemeral-storage request or limit",
];

/** Ephemeral containers cannot have resources. */
const isJudged = ({ stage, partial }: Container) => stage !== "ephemeral" && !partial;

export const wlRequestsLimits = defineRule({
  id: "wl-requests-limits",
  severity: "medium",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "A pod that does not say what it needs is packed too tight, and the node then kills a server under load.",
  fix: "set requests for cpu, memory and ephemeral-storage, and a memory limit; a server's memory limit equals its request",
  references: {
    trivy: ["KSV-0011", "KSV-0015", "KSV-0016", "KSV-0018"],
    kubeScore: ["container-resources", "container-ephemeral-storage-request-and-limit"],
  },
  checks: [
    on(containers, {
      violation: [
        (container) => {
          if (!isJudged(container)) return null;
          const lacking = which(needs, (need) =>
            needed[need].every((path) => at(container.spec, `resources.${path}`) === undefined),
          );
          return lacking.length === 0 ? null : `${container.label} lacks ${lacking.join(", ")}`;
        },
        (container) => {
          if (container.pod.role !== "server" || container.stage !== "main") return null;
          const request = at(container.spec, "resources.requests.memory");
          const limit = at(container.spec, "resources.limits.memory");
          if (request === undefined || limit === undefined) return null;
          return quantity(request) === quantity(limit)
            ? null
            : `${container.label} has a memory limit that differs from its request`;
        },
      ],
      cases: [
        { name: "complete", given: deployment(), want: null },
        {
          name: "nothing set",
          given: deployment({ container: { resources: undefined } }),
          want: "container main lacks a CPU request, a memory request, a memory limit, an ephemeral-storage request or limit",
        },
        {
          name: "limits alone, in another unit",
          given: deployment({
            container: {
              resources: {
                requests: { memory: "1024Mi" },
                limits: { cpu: 2, memory: "1Gi", "ephemeral-storage": "1Gi" },
              },
            },
          }),
          want: null,
        },
        {
          name: "more memory allowed than asked for",
          given: deployment({
            container: {
              resources: {
                requests: { cpu: "1", memory: "1Gi", "ephemeral-storage": "1Gi" },
                limits: { memory: "2Gi" },
              },
            },
          }),
          want: "container main has a memory limit that differs from its request",
        },
        {
          name: "a memory limit alone, which is the request too",
          given: deployment({
            container: {
              resources: {
                requests: { cpu: 1 },
                limits: { memory: "1Gi", "ephemeral-storage": 1 },
              },
            },
          }),
          want: null,
        },
        {
          name: "more memory allowed than asked for, while starting",
          given: deployment({
            pod: {
              initContainers: [
                container({
                  name: "fetch",
                  resources: {
                    requests: { cpu: 1, memory: "1Gi", "ephemeral-storage": "1Gi" },
                    limits: { memory: "2Gi" },
                  },
                }),
              ],
            },
          }),
          want: null,
        },
        {
          name: "init container",
          given: deployment({
            pod: {
              initContainers: [
                container({ name: "fetch", resources: { limits: { memory: "1Gi" } } }),
              ],
            },
          }),
          want: "container fetch lacks a CPU request, an ephemeral-storage request or limit",
        },
      ],
    }),
  ],
});
