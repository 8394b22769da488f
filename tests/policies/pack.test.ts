import assert from "node:assert/strict";
import { budget, deployment, service } from "../../policies/cases.ts";
import { policyConfig } from "../../policies/config.ts";
import type { Resource } from "../../policies/define-rule.ts";
import { classify } from "../../policies/report.ts";
import { rules } from "../../policies/rules/index.ts";
import type { Waiver } from "../../policies/waivers.ts";
import { type Pack, startPack, urnOf } from "./pack-process.ts";
import { unknownText } from "./policy-sdk.ts";

const waiver: Waiver = {
  rule: "wl-image-digest",
  resource: "vision/resnet50",
  until: "2999-12-31",
  owner: "vision",
  why: "the registry has no digests yet",
};

/** Breaks three rules. */
const bad = deployment({
  pod: { hostNetwork: true },
  container: { image: "server:latest", securityContext: { capabilities: { drop: ["ALL"] } } },
});

describe("the policy pack as a process", () => {
  let pack: Pack;

  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());

  it("lists every rule with its level in prod, severity, fix and references", async () => {
    const { name, version, policiesList } = await pack.info();
    assert.deepEqual([name, version], ["inference-platform", "0.1.0"]);
    assert.deepEqual(
      policiesList.map((policy) => policy.name),
      [...rules.map(({ id }) => id), "waivers"],
    );
    const digest = policiesList.find((policy) => policy.name === "wl-image-digest");
    assert.ok(digest);
    assert.equal(digest.remediationSteps, "write the image as registry/name:tag@sha256:<digest>");
    assert.equal(digest.framework?.name, "Checkov");
    assert.equal(digest.framework?.reference, "CKV_K8S_14, CKV_K8S_43");
    assert.deepEqual(
      digest.configschema?.properties?.fieldsMap.map(([key]) => key),
      ["environment", "waivers"],
    );
  });

  it("judges as in prod when it is told nothing", async () => {
    assert.deepEqual(await outcomes(pack, bad), [
      "mandatory wl-host-namespaces violation",
      "mandatory wl-image-digest violation",
      "mandatory wl-no-priv-escalation violation",
    ]);
    assert.deepEqual(await outcomes(pack, deployment()), []);
  });

  it("takes levels and waivers from its config, and prints each finding as it stands", async () => {
    await pack.configure(policyConfig({ environment: "dev", waivers: [waiver] }));
    const found = await pack.analyze(bad);
    assert.deepEqual(
      found.map(({ policyName, level, message }) => [policyName, level, message]),
      [
        [
          "wl-no-priv-escalation",
          "mandatory",
          "Deployment vision/resnet50: container main may gain privileges: allowPrivilegeEscalation is not set\nfix: set securityContext.allowPrivilegeEscalation: false on the container",
        ],
        [
          "wl-host-namespaces",
          "mandatory",
          "Deployment vision/resnet50: uses hostNetwork of the node\nfix: remove hostNetwork, hostPID, hostIPC and hostPort; multi-node NCCL that needs hostNetwork takes a waiver",
        ],
        [
          "wl-image-digest",
          "advisory",
          "waived until 2999-12-31 (vision: the registry has no digests yet): Deployment vision/resnet50: container main has an image without a digest",
        ],
      ],
    );
  });

  it("reports what it cannot judge as advice, at any level", async () => {
    await pack.configure(policyConfig({ environment: "prod" }));
    assert.deepEqual(await outcomes(pack, deployment({ container: { image: unknownText } })), [
      "advisory wl-image-digest unjudged",
    ]);
  });

  it("judges the stack as a whole, names the object, and reports waivers that nothing needs", async () => {
    const needed = { ...waiver, rule: "wl-pdb" };
    const expired = { ...waiver, rule: "wl-replicas-prod", until: "2020-01-01" };
    const stale = { ...waiver, rule: "wl-probes" };
    await pack.configure(policyConfig({ environment: "prod", waivers: [needed, expired, stale] }));
    const lonely = deployment({ spec: { replicas: 1 } });
    await pack.analyze(lonely);
    const found = await pack.analyzeStack([lonely, service(), budget({ selector: undefined })]);
    assert.deepEqual(
      found.map(({ policyName, level, message, urn }) => [
        policyName,
        level,
        classify(message),
        urn,
      ]),
      [
        ["wl-replicas-prod", "mandatory", "violation", urnOf(lonely)],
        ["wl-pdb", "advisory", "waived", urnOf(lonely)],
        ["wl-selector-consistency", "mandatory", "violation", urnOf(budget())],
        ["waivers", "advisory", "stale-waiver", ""],
      ],
    );
    assert.match(String(found[0]?.message), /its waiver expired on 2020-01-01/);
    assert.match(String(found[3]?.message), /^stale waiver: wl-probes for vision\/resnet50/);
  });
});

/** What each policy says of a resource, sorted. */
async function outcomes(pack: Pack, resource: Resource): Promise<readonly string[]> {
  const found = await pack.analyze(resource);
  return found
    .map(({ policyName, level, message }) => `${level} ${policyName} ${classify(message)}`)
    .toSorted();
}
