/** Values that the engine does not know in a preview, judged by the real pack through the real engine. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runEngine } from "../../embedded/engine/run.ts";
import { ensureStack } from "../../embedded/engine/stack.ts";
import { checkoutRoot } from "../../embedded/paths.ts";
import { policyConfig } from "../../policies/config.ts";
import { classify } from "../../policies/report.ts";
import { engineProject } from "../support/engine-project.ts";

/** A Deployment whose image is a value that only a created resource has. */
const program = `
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
const made = new Thing("registry", { text: "x" });
const provider = new Provider("cluster", { kubeconfig: "/nowhere/kubeconfig.yaml", clusterIdentifier: "none" });
const labels = { app: "server" };
const image = (process.env["KNOWN_IMAGE"] ?? made.id);
new Deployment("server", {
  metadata: { name: "server", namespace: "team", labels },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { hostNetwork: true, containers: [{ name: "server", image }] } },
  },
}, { provider });
`;

describe("The policy pack in the engine", function () {
  this.timeout(120_000);

  it("neither passes nor refuses an image that is unknown in the preview", async () => {
    const { image, level } = await imageFindings({});
    assert.deepEqual(image, ["unjudged"]);
    assert.deepEqual(level, ["advisory"]);
  });

  it("refuses the same image when it is known", async () => {
    const { image, level, ok } = await imageFindings({ KNOWN_IMAGE: "server:latest" });
    assert.deepEqual(image, ["violation"]);
    assert.deepEqual(level, ["mandatory"]);
    assert.equal(ok, false);
  });

  it("still finds what is known beside the unknown value", async () => {
    const { others } = await imageFindings({});
    assert.ok(others.includes("wl-host-namespaces mandatory violation"), others.join("\n"));
  });
});

/** What a preview's policy events say of the image, and of the rest. */
async function imageFindings(env: Readonly<Record<string, string>>) {
  const project = await engineProject(program);
  try {
    const { options } = project;
    await ensureStack(options);
    const config = join(project.folder, "policy-config.json");
    writeFileSync(config, JSON.stringify(policyConfig({ environment: "prod" })));
    const result = await runEngine(
      [
        "preview",
        "--stack=local",
        `--policy-pack=${join(checkoutRoot, "policies")}`,
        `--policy-pack-config=${config}`,
      ],
      { ...options, env: { ...options.env, ...env } },
    );
    const findings = result.policies.filter(({ policy }) => policy === "wl-image-digest");
    return {
      ok: result.ok,
      image: findings.map(({ message }) => classify(message)),
      level: findings.map(({ level }) => level),
      others: result.policies.map(
        ({ policy, level, message }) => `${policy} ${level} ${classify(message)}`,
      ),
    };
  } finally {
    project.remove();
  }
}
