import { container, deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers } from "../pods.ts";
import { at } from "../read.ts";
import { each, some } from "../unjudged.ts";

const dropped = "securityContext.capabilities.drop";
const added = "securityContext.capabilities.add";

export const wlDropCaps = defineRule({
  id: "wl-drop-caps",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "Container runtimes hand out capabilities that no model server needs and that exploits are built on.",
  fix: 'set securityContext.capabilities.drop: ["ALL"] on the container and add at most NET_BIND_SERVICE',
  references: { pss: ["restricted"], checkov: ["CKV_K8S_37"], trivy: ["KSV-0106"] },
  checks: [
    on(containers, {
      violation: [
        ({ spec, label }) =>
          some(each(spec, added), (capability) => capability !== "NET_BIND_SERVICE")
            ? `${label} adds capabilities other than NET_BIND_SERVICE`
            : null,
        ({ spec, label, partial }) => {
          if (some(each(spec, dropped), (capability) => capability === "ALL")) return null;
          return partial && at(spec, dropped) === undefined
            ? null
            : `${label} does not drop all capabilities`;
        },
      ],
      cases: [
        { name: "drops all", given: deployment(), want: null },
        {
          name: "drops none",
          given: deployment({ container: { securityContext: undefined } }),
          want: "container main does not drop all capabilities",
        },
        {
          name: "drops all and adds the one that is allowed",
          given: deployment({
            container: {
              securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } },
            },
          }),
          want: null,
        },
        {
          name: "init container that drops some and adds others",
          given: deployment({
            pod: {
              initContainers: [
                container({
                  name: "fetch",
                  securityContext: { capabilities: { drop: ["NET_RAW"], add: ["SYS_ADMIN"] } },
                }),
              ],
            },
          }),
          want: [
            "container fetch adds capabilities other than NET_BIND_SERVICE",
            "container fetch does not drop all capabilities",
          ],
        },
      ],
    }),
  ],
});
