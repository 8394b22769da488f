import { deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers, securitySetting } from "../pods.ts";
import { textAt } from "../read.ts";

export const wlSeccomp = defineRule({
  id: "wl-seccomp",
  severity: "medium",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "Without a profile a container may make every system call of the kernel, those behind its bugs included.",
  fix: "set securityContext.seccompProfile.type: RuntimeDefault on the pod",
  references: { pss: ["restricted"], cis: ["GKE 4.6.2"], trivy: ["KSV-0030"] },
  checks: [
    on(containers, {
      violation: (container) => {
        const profile = securitySetting(container, "seccompProfile");
        if (profile === undefined)
          return container.partial ? null : `${container.label} has no seccomp profile`;
        const type = textAt(profile, "type");
        return type === "RuntimeDefault" || type === "Localhost"
          ? null
          : `${container.label} has a seccomp profile other than RuntimeDefault and Localhost`;
      },
      cases: [
        { name: "inherited from the pod", given: deployment(), want: null },
        {
          name: "none",
          given: deployment({ pod: { securityContext: { runAsNonRoot: true } } }),
          want: "container main has no seccomp profile",
        },
        {
          name: "container overrides the pod",
          given: deployment({
            container: { securityContext: { seccompProfile: { type: "Unconfined" } } },
          }),
          want: "container main has a seccomp profile other than RuntimeDefault and Localhost",
        },
        {
          name: "a profile of the node's own",
          given: deployment({
            pod: { securityContext: {} },
            container: { securityContext: { seccompProfile: { type: "Localhost" } } },
          }),
          want: null,
        },
      ],
    }),
  ],
});
