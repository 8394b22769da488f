import assert from "node:assert/strict";
import fc from "fast-check";
import type { Environment } from "../../platform/spec/environments.ts";
import { choiceProblems, PolicyChoicesError, policyConfig } from "../../policies/config.ts";
import { type Level, levels } from "../../policies/define-rule.ts";
import { rules } from "../../policies/rules/index.ts";
import type { Waiver } from "../../policies/waivers.ts";

const waiver: Waiver = {
  rule: "wl-pdb",
  resource: "vision/resnet50",
  until: "2026-12-31",
  owner: "vision",
  why: "one replica on purpose",
};

describe("policy config", () => {
  it("has one entry per rule with the level of the environment, and one for waivers", () => {
    for (const environment of ["dev", "staging", "prod"] as const) {
      const config = policyConfig({ environment });
      assert.deepEqual(config, {
        ...Object.fromEntries(
          rules.map(({ id, enforcement }) => [
            id,
            { enforcementLevel: enforcement[environment], environment, waivers: [] },
          ]),
        ),
        waivers: { enforcementLevel: "advisory", environment, waivers: [] },
      });
    }
  });

  it("gives each rule its own waivers, raised level and caps", () => {
    const config = policyConfig({
      environment: "dev",
      waivers: [waiver],
      levels: { "wl-pdb": "advisory" },
      caps: { "wl-replicas-prod": { replicas: 3 } },
    });
    assert.deepEqual(config["wl-pdb"], {
      enforcementLevel: "advisory",
      environment: "dev",
      waivers: [waiver],
    });
    assert.deepEqual(config["wl-replicas-prod"], {
      replicas: 3,
      enforcementLevel: "disabled",
      environment: "dev",
      waivers: [],
    });
    assert.deepEqual(config["waivers"]?.waivers, [waiver]);
    assert.deepEqual(config["wl-non-root"]?.waivers, []);
  });

  it("may raise a level and never lower it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rules),
        fc.constantFrom<Environment>("dev", "staging", "prod"),
        fc.constantFrom<Level>(...levels),
        ({ id, enforcement }, environment, level) => {
          const choices = { environment, levels: { [id]: level } };
          const isLower = levels.indexOf(level) < levels.indexOf(enforcement[environment]);
          if (isLower) assert.throws(() => policyConfig(choices), PolicyChoicesError);
          else assert.equal(policyConfig(choices)[id]?.enforcementLevel, level);
        },
      ),
    );
  });

  it("reports every problem of the choices at once, each with its path and fix", () => {
    const problems = choiceProblems({
      environment: "prod",
      waivers: [
        { ...waiver, rule: "wl-pdbs" },
        { ...waiver, until: "2026-02-30", resource: "*" },
      ],
      levels: { "wl-probes": "advisory", "wl-probe": "mandatory" },
      caps: {
        "wl-pdb": { replicas: 2 },
        "wl-replicas-prod": { replicas: -1, replica: 2 },
        "wl-ns-psa-labels": { operatorNamespaces: 1 },
        "no-rule": {},
      },
    });
    assert.deepEqual(
      problems.map(({ path, problem }) => `${path}: ${problem}`),
      [
        'waivers[1].until: got "2026-02-30", which is no day',
        'waivers[1].resource: got "*", which names nothing',
        'waivers[0].rule: got rule "wl-pdbs", which does not exist',
        'levels.wl-probes: got "advisory", below "mandatory" of prod',
        'levels.wl-probe: got rule "wl-probe", which does not exist',
        'caps.wl-pdb.replicas: got "replicas", which the rule does not have',
        "caps.wl-replicas-prod.replicas: got -1",
        'caps.wl-replicas-prod.replica: got "replica", which the rule does not have',
        "caps.wl-ns-psa-labels.operatorNamespaces: got 1",
        'caps.no-rule: got rule "no-rule", which does not exist',
      ],
    );
    for (const { allowed, fix } of problems) assert.ok(allowed !== "" && fix !== "");
    assert.deepEqual(
      problems
        .filter(({ path }) => path.startsWith("caps."))
        .map(({ allowed }) => allowed.slice(0, 24)),
      [
        "no caps",
        "a number from 0 on",
        "caps: replicas",
        "a list of names",
        "rules: iam-no-static-keys",
      ].map((text) => text.slice(0, 24)),
    );
  });

  it("fails with one line per problem", () => {
    assert.throws(
      () => policyConfig({ environment: "prod", levels: { "wl-pdb": "disabled" } }),
      new PolicyChoicesError([
        {
          path: "levels.wl-pdb",
          problem: 'got "disabled", below "mandatory" of prod',
          allowed: "mandatory",
          fix: "remove the entry, or write a waiver for the resource that needs it",
        },
      ]),
    );
  });
});
