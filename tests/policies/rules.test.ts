import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../platform/spec/environments.ts";
import {
  autoscaler,
  budget,
  container,
  deployment,
  object,
  podSpec,
  service,
} from "../../policies/cases.ts";
import {
  type Case,
  type Cases,
  defineRule,
  type Finding,
  levels,
  on,
  type Resource,
  type Rule,
  resources,
} from "../../policies/define-rule.ts";
import { judge } from "../../policies/judge.ts";
import { ruleDocs } from "../../policies/rule-docs.ts";
import { rules } from "../../policies/rules/index.ts";
import { readSettings } from "../../policies/settings.ts";

const policies = new URL("../../policies/", import.meta.url).pathname;

/** Tokens that no SDK has, because they are of custom resources. */
const customTokens = [
  "kubernetes:argoproj.io/v1alpha1:Rollout",
  "kubernetes:serving.kserve.io/v1beta1:InferenceService",
];

interface Example {
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly want: Case<unknown>["want"];
}

/** Every case of every check, judged. */
function examplesOf(rule: Rule): readonly Example[] {
  const at = (environment?: Environment) => readSettings({ environment }).situation;
  return rule.checks.flatMap((check): readonly Example[] =>
    check.scope === "resource"
      ? check.cases.map(({ name, given, environment, want }) => ({
          title: name,
          findings: check.judge(given, at(environment)),
          want,
        }))
      : check.cases.map(({ name, given, environment, want }) => ({
          title: name,
          findings: given
            .filter(({ type }) => check.tokens.has(type))
            .flatMap((resource) => check.judge(resource, at(environment), given)),
          want,
        })),
  );
}

function verb(want: Case<unknown>["want"]): string {
  if (want === null) return "passes";
  return typeof want === "object" && "unjudged" in want ? "leaves open" : "objects";
}

function wanted(want: Case<unknown>["want"]): readonly Finding[] {
  if (want === null) return [];
  if (typeof want === "object" && "unjudged" in want)
    return [{ outcome: "unjudged", what: want.unjudged }];
  return [want].flat().map((what) => ({ outcome: "violation", what }));
}

describe("policy rules", () => {
  for (const rule of rules) {
    describe(rule.id, () => {
      for (const { title, findings, want } of examplesOf(rule))
        it(`${verb(want)}: ${title}`, () => {
          assert.deepEqual(findings, wanted(want));
        });
    });
  }

  it("live in a file named after their id, and every file is in the list", () => {
    const files = readdirSync(join(policies, "rules")).filter((file) => file !== "index.ts");
    assert.deepEqual(files.toSorted(), rules.map(({ id }) => `${id}.ts`).toSorted());
  });

  it("have ids of a group and a slug, none the name of a reserved policy", () => {
    for (const { id } of rules) assert.match(id, /^(iam|ml|wl)(-[a-z0-9]+)+$/);
  });

  it("name their level in every environment, never weaker nearer to prod", () => {
    for (const { id, enforcement } of rules) {
      const { dev, staging, prod } = enforcement;
      const ranks = [dev, staging, prod].map((level) => levels.indexOf(level));
      assert.deepEqual(ranks, ranks.toSorted(), id);
      assert.equal(prod, "mandatory", id);
    }
  });

  it("say why in a sentence, and how to mend it in the imperative", () => {
    for (const { id, why, fix } of rules) {
      assert.match(why, /^[A-Z].*\.$/, id);
      assert.match(fix, /^[a-z].*[^.]$/, id);
    }
  });

  it("judge types that the pinned Kubernetes SDK has", () => {
    const tokens = new Set(rules.flatMap(({ checks }) => checks.flatMap((c) => [...c.tokens])));
    const missing = [...tokens].filter((token) => !existsInSdk(token));
    assert.deepEqual(missing.toSorted(), customTokens.toSorted());
  });

  it("object to nothing in good objects of every kind", () => {
    const spec = podSpec({
      pod: {
        initContainers: [container({ name: "fetch", ...noServer })],
        ephemeralContainers: [container({ name: "debug", ...noServer, resources: undefined })],
      },
    });
    const labels = { "app.kubernetes.io/name": "resnet50" };
    const job = podSpec({ container: noServer, pod: { terminationGracePeriodSeconds: 0 } });
    const stack: readonly Resource[] = [
      deployment(),
      service(),
      budget(),
      autoscaler(2),
      object("apps/v1:StatefulSet", {
        spec: { replicas: 3, template: { metadata: { labels }, spec } },
      }),
      object("apps/v1:DaemonSet", { spec: { template: { spec } } }),
      object("batch/v1:Job", { spec: { template: { spec: job } } }),
      object("batch/v1:CronJob", {
        spec: { jobTemplate: { spec: { template: { spec: job } } } },
      }),
      object("core/v1:Pod", { spec: job }),
      object("argoproj.io/v1alpha1:Rollout", { spec: { workloadRef: { name: "resnet50" } } }),
      object("serving.kserve.io/v1beta1:InferenceService", {
        spec: { predictor: { minReplicas: 1, model: { modelFormat: { name: "onnx" } } } },
      }),
      ...["apps/v1:DeploymentPatch", "batch/v1:JobPatch"].map((token) =>
        object(token, { spec: { template: { spec: { containers: [{ name: "main" }] } } } }),
      ),
    ];
    const settings = readSettings({ environment: "prod" });
    const reports = rules.flatMap((rule) =>
      stack.flatMap((resource) => judge(rule, resource, settings, "2026-11-20", stack)),
    );
    assert.deepEqual(reports, []);
  });

  it("are documented in full", () => {
    const docs = ruleDocs();
    assert.deepEqual(
      docs.map(({ id }) => id),
      rules.map(({ id }) => id),
    );
    for (const { id, kinds, references } of docs) {
      assert.notDeepEqual(kinds, [], id);
      assert.notDeepEqual(references, [], id);
    }
  });

  it("do not compile without a case that fails", () => {
    const pass = { name: "any", given: deployment(), want: null };
    // @ts-expect-error: the second case must want a violation
    const cases: Cases<Resource> = [pass, pass];
    const check = on(resources("kubernetes:core/v1:Pod"), { violation: () => null, cases });
    // @ts-expect-error: a rule has at least one check
    const rule: Pick<Rule, "checks"> = { checks: [] };
    assert.equal(check.scope, "resource");
    assert.deepEqual(rule.checks, []);
    assert.equal(typeof defineRule, "function");
  });
});

/** What only servers need. */
const noServer = {
  startupProbe: undefined,
  readinessProbe: undefined,
  livenessProbe: undefined,
  lifecycle: undefined,
};

/** Looks for the class in the package without loading it: the index costs seconds. */
function existsInSdk(token: string): boolean {
  const [, module = "", kind = ""] = token.split(":");
  const [group = "", version = ""] = module.split("/");
  const folder = group.split(".")[0] ?? "";
  const file = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}.js`;
  const sdk = new URL("../../node_modules/@pulumi/kubernetes/", import.meta.url).pathname;
  return existsSync(join(sdk, folder, version, file));
}
