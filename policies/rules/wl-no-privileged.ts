import { container, deployment, object } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers } from "../pods.ts";
import { flagAt } from "../read.ts";

export const wlNoPrivileged = defineRule({
  id: "wl-no-privileged",
  severity: "critical",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "A privileged container owns the node and sees every GPU on it, whoever they were given to.",
  fix: "remove securityContext.privileged from the container",
  references: { pss: ["baseline"], cis: ["4.2.1"], trivy: ["KSV-0017"] },
  checks: [
    on(containers, {
      violation: ({ spec, label }) =>
        flagAt(spec, "securityContext.privileged") === true ? `${label} is privileged` : null,
      cases: [
        { name: "not privileged", given: deployment(), want: null },
        {
          name: "privileged",
          given: deployment({ container: { securityContext: { privileged: true } } }),
          want: "container main is privileged",
        },
        {
          name: "init container",
          given: deployment({
            pod: {
              initContainers: [
                container({ name: "sysctl", securityContext: { privileged: true } }),
              ],
            },
          }),
          want: "container sysctl is privileged",
        },
        {
          name: "a patch that makes it so",
          given: object("apps/v1:DaemonSetPatch", {
            spec: {
              template: {
                spec: { containers: [{ name: "agent", securityContext: { privileged: true } }] },
              },
            },
          }),
          want: "container agent is privileged",
        },
        {
          name: "the container that KServe keeps under its framework",
          given: object("serving.kserve.io/v1beta1:InferenceService", {
            spec: { predictor: { model: { securityContext: { privileged: true } } } },
          }),
          want: "predictor: model is privileged",
        },
      ],
    }),
  ],
});
