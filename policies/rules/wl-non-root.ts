import { container, deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers, securitySetting } from "../pods.ts";

export const wlNonRoot = defineRule({
  id: "wl-non-root",
  severity: "high",
  enforcement: { dev: "advisory", staging: "mandatory", prod: "mandatory" },
  why: "A process that is root in its container is root on the node once it gets out.",
  fix: "set securityContext.runAsNonRoot: true and a runAsUser other than 0, on the pod or the container",
  references: {
    pss: ["restricted"],
    cis: ["4.2"],
    checkov: ["CKV_K8S_6", "CKV_K8S_23"],
    trivy: ["KSV-0012"],
  },
  checks: [
    on(containers, {
      violation: [
        (container) =>
          securitySetting(container, "runAsUser") === 0
            ? `${container.label} runs as user 0`
            : null,
        (container) => {
          const setting = securitySetting(container, "runAsNonRoot");
          if (setting === true || (setting === undefined && container.partial)) return null;
          return `${container.label} may run as root: runAsNonRoot is ${setting === false ? "false" : "not set"}`;
        },
      ],
      cases: [
        { name: "inherited from the pod", given: deployment(), want: null },
        {
          name: "neither pod nor container says so",
          given: deployment({ pod: { securityContext: {} } }),
          want: "container main may run as root: runAsNonRoot is not set",
        },
        {
          name: "container says so itself",
          given: deployment({
            pod: { securityContext: {} },
            container: { securityContext: { runAsNonRoot: true } },
          }),
          want: null,
        },
        {
          name: "container overrides the pod",
          given: deployment({ container: { securityContext: { runAsNonRoot: false } } }),
          want: "container main may run as root: runAsNonRoot is false",
        },
        {
          name: "user 0 of the pod",
          given: deployment({ pod: { securityContext: { runAsNonRoot: true, runAsUser: 0 } } }),
          want: "container main runs as user 0",
        },
        {
          name: "user 0 of the pod, another of the container",
          given: deployment({
            pod: { securityContext: { runAsNonRoot: true, runAsUser: 0 } },
            container: { securityContext: { runAsUser: 1000 } },
          }),
          want: null,
        },
        {
          name: "init and ephemeral containers",
          given: deployment({
            pod: {
              initContainers: [container({ name: "fetch", securityContext: { runAsUser: 0 } })],
              ephemeralContainers: [
                container({ name: "debug", securityContext: { runAsNonRoot: false } }),
              ],
            },
          }),
          want: [
            "container fetch runs as user 0",
            "container debug may run as root: runAsNonRoot is false",
          ],
        },
      ],
    }),
  ],
});
