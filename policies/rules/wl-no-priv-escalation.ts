import { container, deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers } from "../pods.ts";
import { flagAt } from "../read.ts";

export const wlNoPrivEscalation = defineRule({
  id: "wl-no-priv-escalation",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "Without it a setuid program in the image gives a process more rights than its container was given.",
  fix: "set securityContext.allowPrivilegeEscalation: false on the container",
  references: {
    pss: ["restricted"],
    cis: ["4.2.5"],
    checkov: ["CKV_K8S_20"],
    trivy: ["KSV-0001"],
  },
  checks: [
    on(containers, {
      violation: ({ spec, partial, label }) => {
        const setting = flagAt(spec, "securityContext.allowPrivilegeEscalation");
        if (setting === false || (setting === undefined && partial)) return null;
        return `${label} may gain privileges: allowPrivilegeEscalation is ${setting ?? "not set"}`;
      },
      cases: [
        { name: "forbidden", given: deployment(), want: null },
        {
          name: "not set, which allows it",
          given: deployment({ container: { securityContext: undefined } }),
          want: "container main may gain privileges: allowPrivilegeEscalation is not set",
        },
        {
          name: "a pod cannot set it for its containers",
          given: deployment({
            pod: {
              securityContext: { allowPrivilegeEscalation: false },
              initContainers: [
                container({ name: "fetch", securityContext: { allowPrivilegeEscalation: true } }),
              ],
            },
          }),
          want: "container fetch may gain privileges: allowPrivilegeEscalation is true",
        },
      ],
    }),
  ],
});
