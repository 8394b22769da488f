import { deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { containers, podSpecs } from "../pods.ts";
import { flagAt, numberAt } from "../read.ts";
import { each, some, which } from "../unjudged.ts";

const namespaces = ["hostNetwork", "hostPID", "hostIPC"];

export const wlHostNamespaces = defineRule({
  id: "wl-host-namespaces",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "A pod in the node's namespaces gets round network policies and sees the processes of other teams.",
  fix: "remove hostNetwork, hostPID, hostIPC and hostPort; multi-node NCCL that needs hostNetwork takes a waiver",
  references: { pss: ["baseline"], cis: ["4.2.2", "4.2.3", "4.2.4"] },
  checks: [
    on(podSpecs, {
      violation: ({ spec, prefix }) => {
        const used = which(namespaces, (namespace) => flagAt(spec, namespace) === true);
        return used.length === 0 ? null : `${prefix}uses ${used.join(", ")} of the node`;
      },
      cases: [
        { name: "namespaces of its own", given: deployment(), want: null },
        {
          name: "two of the node's",
          given: deployment({ pod: { hostNetwork: true, hostPID: false, hostIPC: true } }),
          want: "uses hostNetwork, hostIPC of the node",
        },
      ],
    }),
    on(containers, {
      violation: ({ spec, label }) =>
        some(each(spec, "ports"), (port) => (numberAt(port, "hostPort") ?? 0) !== 0)
          ? `${label} takes a port of the node`
          : null,
      cases: [
        { name: "ports of its own", given: deployment(), want: null },
        {
          name: "a port of the node",
          given: deployment({ container: { ports: [{ containerPort: 8000, hostPort: 8000 }] } }),
          want: "container main takes a port of the node",
        },
        {
          name: "host port 0, which is none",
          given: deployment({ container: { ports: [{ containerPort: 8000, hostPort: 0 }] } }),
          want: null,
        },
      ],
    }),
  ],
});
