import { podSecurityLabels } from "../../platform/facts/kubernetes.ts";
import { object } from "../cases.ts";
import { type Cap, defineRule, on, resources } from "../define-rule.ts";
import { recordAt, textAt } from "../read.ts";

const operatorNamespaces: Cap<readonly string[]> = {
  name: "operatorNamespaces",
  means: "namespaces of operators that need more than the restricted level, such as GPU drivers",
  default: [],
};

const level = "pod-security.kubernetes.io/enforce";
const version = "pod-security.kubernetes.io/enforce-version";

const namespace = (labels: Readonly<Record<string, unknown>>, name = "vision") =>
  object("core/v1:Namespace", { metadata: { name, namespace: undefined, labels } });
const good = podSecurityLabels("1.36");

export const wlNsPsaLabels = defineRule({
  id: "wl-ns-psa-labels",
  severity: "high",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "These labels make the cluster itself refuse pods that nobody showed to this pack, those of Helm charts included.",
  fix: `set the labels ${level}: restricted (dev: or baseline) and ${version}: v1.<minor> on the namespace`,
  references: { cis: ["GKE 4.2.1"], bpg: ["pods"] },
  caps: [operatorNamespaces],
  checks: [
    on(resources("kubernetes:core/v1:Namespace", "kubernetes:core/v1:NamespacePatch"), {
      violation: [
        ({ type, props }, situation) => {
          if (situation.valueOf(operatorNamespaces).includes(textAt(props, "metadata.name") ?? ""))
            return null;
          const enforced = recordAt(props, "metadata.labels")[level];
          if (enforced === undefined && type.endsWith("Patch")) return null;
          if (enforced === "restricted") return null;
          if (situation.environment === "dev")
            return enforced === "baseline"
              ? null
              : "does not enforce the restricted or baseline Pod Security level";
          return "does not enforce the restricted Pod Security level";
        },
        ({ props }) => {
          const labels = recordAt(props, "metadata.labels");
          const pinned = labels[version];
          if (labels[level] === undefined) return null;
          return typeof pinned === "string" && /^v1\.\d+$/.test(pinned)
            ? null
            : "does not pin the version of its Pod Security level";
        },
      ],
      cases: [
        { name: "restricted, version pinned", given: namespace(good), want: null },
        {
          name: "no labels",
          given: namespace({}),
          want: "does not enforce the restricted Pod Security level",
        },
        {
          name: "baseline in dev",
          given: namespace({ ...good, [level]: "baseline" }),
          environment: "dev",
          want: null,
        },
        {
          name: "baseline in staging",
          given: namespace({ ...good, [level]: "baseline" }),
          environment: "staging",
          want: "does not enforce the restricted Pod Security level",
        },
        {
          name: "nothing in dev",
          given: namespace({}),
          environment: "dev",
          want: "does not enforce the restricted or baseline Pod Security level",
        },
        {
          name: "whatever version comes",
          given: namespace({ ...good, [version]: "latest" }),
          want: "does not pin the version of its Pod Security level",
        },
        {
          name: "a patch about something else",
          given: object("core/v1:NamespacePatch", { metadata: { labels: { team: "vision" } } }),
          want: null,
        },
      ],
    }),
  ],
});
