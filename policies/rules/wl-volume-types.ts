import { deployment } from "../cases.ts";
import { defineRule, on } from "../define-rule.ts";
import { volumes } from "../pods.ts";
import { at, textAt } from "../read.ts";
import { which } from "../unjudged.ts";

/** @see https://github.com/kubernetes/kubernetes/blob/v1.36.2/staging/src/k8s.io/pod-security-admission/policy/check_restrictedVolumes.go (checked 2026-11) */
const allowed: ReadonlySet<string> = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

export const wlVolumeTypes = defineRule({
  id: "wl-volume-types",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "Other volumes reach into the node or past the cluster's storage, and memory without a limit takes the node's.",
  fix: "use emptyDir, configMap, secret, projected, persistentVolumeClaim or csi; give memory a sizeLimit",
  references: { pss: ["restricted"], trivy: ["KSV-0023"] },
  checks: [
    on(volumes, {
      violation: [
        ({ spec, label }) => {
          const types = Object.keys(spec ?? {}).filter(
            (key) => key !== "name" && !allowed.has(key),
          );
          const used = which(types, (type) => at(spec, type) !== undefined);
          return used.length === 0 ? null : `${label} is of type ${used.join(", ")}`;
        },
        ({ spec, label }) =>
          textAt(spec, "emptyDir.medium") === "Memory" &&
          at(spec, "emptyDir.sizeLimit") === undefined
            ? `${label} is memory without a sizeLimit`
            : null,
      ],
      cases: [
        { name: "shared memory with a limit", given: deployment(), want: null },
        {
          name: "a folder of the node",
          given: deployment({ pod: { volumes: [{ name: "data", hostPath: { path: "/data" } }] } }),
          want: "volume data is of type hostPath",
        },
        {
          name: "memory without a limit beside a claim",
          given: deployment({
            pod: {
              volumes: [
                { name: "shm", emptyDir: { medium: "Memory" } },
                { name: "models", persistentVolumeClaim: { claimName: "models" } },
              ],
            },
          }),
          want: "volume shm is memory without a sizeLimit",
        },
        {
          name: "an empty folder on disk",
          given: deployment({ pod: { volumes: [{ name: "tmp", emptyDir: {} }] } }),
          want: null,
        },
      ],
    }),
  ],
});
