import { deployment, object, podSpec } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { type Container, containers } from "../pods.ts";
import { at, listAt, numberAt } from "../read.ts";
import { which } from "../unjudged.ts";

const probes = ["startupProbe", "readinessProbe", "livenessProbe"];

export const wlProbes = defineRule({
  id: "wl-probes",
  severity: "high",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "Traffic must wait until the model is loaded, and a server that is only busy must not be killed as if it were dead.",
  fix: "set startupProbe, readinessProbe and livenessProbe; liveness asks another path than readiness, or waits longer",
  references: { checkov: ["CKV_K8S_8", "CKV_K8S_9"], kubeScore: ["pod-probes"] },
  checks: [
    on(containers, {
      violation: [
        (container) => {
          if (!isJudged(container)) return null;
          const missing = which(probes, (probe) => at(container.spec, probe) === undefined);
          return missing.length === 0 ? null : `${container.label} has no ${missing.join(", no ")}`;
        },
        (container) => {
          const ready = at(container.spec, "readinessProbe");
          const live = at(container.spec, "livenessProbe");
          if (!isJudged(container) || ready === undefined || live === undefined) return null;
          return question(ready) === question(live) && patience(live) <= patience(ready)
            ? `${container.label} is killed by its livenessProbe as soon as its readinessProbe fails`
            : null;
        },
      ],
      cases: [
        { name: "all three", given: deployment(), want: null },
        {
          name: "readiness alone",
          given: deployment({ container: { startupProbe: undefined, livenessProbe: undefined } }),
          want: "container main has no startupProbe, no livenessProbe",
        },
        {
          name: "liveness asks what readiness asks",
          given: deployment({
            container: { livenessProbe: { httpGet: { path: "/v2/health/ready", port: 8000 } } },
          }),
          want: "container main is killed by its livenessProbe as soon as its readinessProbe fails",
        },
        {
          name: "liveness asks what readiness asks, for a server with one path, and waits longer",
          given: deployment({
            container: {
              livenessProbe: {
                httpGet: { path: "/v2/health/ready", port: 8000 },
                failureThreshold: 12,
              },
            },
          }),
          want: null,
        },
        {
          name: "liveness asks what readiness asks and waits as long, spelt out",
          given: deployment({
            container: {
              livenessProbe: {
                httpGet: { path: "/v2/health/ready", port: 8000 },
                failureThreshold: 3,
                periodSeconds: 10,
              },
            },
          }),
          want: "container main is killed by its livenessProbe as soon as its readinessProbe fails",
        },
        {
          name: "liveness asks what readiness asks and waits a second longer",
          given: deployment({
            container: {
              livenessProbe: {
                httpGet: { path: "/v2/health/ready", port: 8000 },
                failureThreshold: 1,
                periodSeconds: 31,
              },
            },
          }),
          want: null,
        },
        {
          name: "work that ends needs none, and any will do",
          given: object("batch/v1:Job", {
            spec: {
              template: {
                spec: podSpec({
                  container: {
                    startupProbe: undefined,
                    livenessProbe: { httpGet: { path: "/v2/health/ready", port: 8000 } },
                  },
                }),
              },
            },
          }),
          want: null,
        },
      ],
    }),
  ],
});

/** Containers that run until they are stopped. */
function isJudged({ pod, stage, partial }: Container): boolean {
  return (pod.role === "server" || pod.role === "agent") && stage === "main" && !partial;
}

/** What a probe asks, so that two can be compared. */
function question(probe: unknown): string {
  const parts = ["httpGet.path", "httpGet.port", "tcpSocket.port", "grpc.port", "grpc.service"];
  const command = listAt(probe, "exec.command");
  return [...parts.map((part) => at(probe, part)), ...command].map(String).join(" ");
}

/** Seconds of failure before a probe acts. @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe (checked 2026-11) */
function patience(probe: unknown): number {
  return (numberAt(probe, "failureThreshold") ?? 3) * (numberAt(probe, "periodSeconds") ?? 10);
}
