import { deployment, object, podSpec } from "../cases.ts";
import { type Cap, defineRule, on } from "../define-rule.ts";
import { type Container, containers } from "../pods.ts";
import { at, listAt, numberAt } from "../read.ts";

const drainSeconds: Cap<number> = {
  name: "drainSeconds",
  means: "seconds a server must have left for requests under way after its preStop hook",
  default: 10,
};

/** @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination (checked 2026-11) */
const defaultGraceSeconds = 30;

export const wlGracefulTermination = defineRule({
  id: "wl-graceful-termination",
  severity: "high",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "A server that is killed before it has answered loses requests at every rollout, scale-in and node drain.",
  fix: "raise terminationGracePeriodSeconds to the preStop hook's seconds plus those of the longest request",
  references: { kyverno: ["mutate-large-termination-gps"] },
  caps: [drainSeconds],
  checks: [
    on(containers, {
      violation: (container, situation) => {
        const { pod, stage, spec, label, partial } = container;
        const given = numberAt(pod.spec, "terminationGracePeriodSeconds");
        if (pod.role !== "server" || stage !== "main") return null;
        if (given === undefined && partial) return null;
        const grace = given ?? defaultGraceSeconds;
        const left = grace - preStopSeconds(spec);
        const needed = situation.valueOf(drainSeconds);
        return left >= needed
          ? null
          : `${label} has ${left} s for requests under way (grace period of ${grace} s less its preStop hook), needs ${needed} s`;
      },
      cases: [
        { name: "45 s beside a preStop hook of 15 s", given: deployment(), want: null },
        {
          name: "preStop takes nearly all",
          given: deployment({ pod: { terminationGracePeriodSeconds: 20 } }),
          want: "container main has 5 s for requests under way (grace period of 20 s less its preStop hook), needs 10 s",
        },
        {
          name: "just enough",
          given: deployment({ pod: { terminationGracePeriodSeconds: 25 } }),
          want: null,
        },
        {
          name: "a hook that runs sleep in a shell, under the default grace period",
          given: deployment({
            pod: { terminationGracePeriodSeconds: undefined },
            container: { lifecycle: { preStop: { exec: { command: ["sh", "-c", "sleep 25"] } } } },
          }),
          want: "container main has 5 s for requests under way (grace period of 30 s less its preStop hook), needs 10 s",
        },
        {
          name: "killed at once",
          given: deployment({
            pod: { terminationGracePeriodSeconds: 0 },
            container: { lifecycle: undefined },
          }),
          want: "container main has 0 s for requests under way (grace period of 0 s less its preStop hook), needs 10 s",
        },
        {
          name: "a patch that shortens the grace period",
          given: object("apps/v1:DeploymentPatch", {
            spec: {
              template: {
                spec: { terminationGracePeriodSeconds: 5, containers: [{ name: "main" }] },
              },
            },
          }),
          want: "container main has 5 s for requests under way (grace period of 5 s less its preStop hook), needs 10 s",
        },
        {
          name: "work that ends answers no requests",
          given: object("batch/v1:Job", {
            spec: { template: { spec: podSpec({ pod: { terminationGracePeriodSeconds: 0 } }) } },
          }),
          want: null,
        },
        {
          name: "no hook, default grace period",
          given: deployment({
            pod: { terminationGracePeriodSeconds: undefined },
            container: { lifecycle: undefined },
          }),
          want: null,
        },
      ],
    }),
  ],
});

/** What a hook says it sleeps; a hook of another kind counts as instant. */
function preStopSeconds(container: Container["spec"]): number {
  const hook = at(container, "lifecycle.preStop");
  const sleep = numberAt(hook, "sleep.seconds");
  if (sleep !== undefined) return sleep;
  const command = listAt(hook, "exec.command").map(String).join(" ");
  return Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
}
