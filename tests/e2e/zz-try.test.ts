import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyNode, simulatedNode } from "../../embedded/kubernetes/nodes.ts";
import { CheckoutCopy } from "../support/checkout-copy.ts";
import { startTestCluster } from "../support/test-cluster.ts";

it("tries", async function () {
  this.timeout(400_000);
  const copy = new CheckoutCopy();
  const cluster = await startTestCluster("existing");
  try {
    const folder = mkdtempSync(join(tmpdir(), "person "));
    await applyNode(cluster.client, simulatedNode({ name: "worker", pool: "x", capacity: { cpu: "4", memory: "16Gi" } }));
    writeFileSync(join(folder, "config"), readFileSync(cluster.kubeconfig, "utf8").replace(/"current-context": "(.*)"/, '"current-context": "$1"'));
    const name = /"current-context": "(.*)"/.exec(readFileSync(cluster.kubeconfig, "utf8"))?.[1] ?? "";
    copy.edit("stacks/kind.yaml", "kind-kind", name);
    process.env["KUBECONFIG"] = join(folder, "config");
    console.log((await copy.npm("up", "kind")).text);
    console.log((await copy.npm("down", "kind")).text);
    console.log((await copy.npm("up", "local", "--node", "simulated")).text);
    console.log((await copy.npm("up", "local", "--node", "simulated")).text.split("\n").slice(0, 12).join("\n"));
    console.log(copy.stateFiles().filter((f) => /^stacks\/local\/[^/]*$/.test(f)).map((f) => `${f}: ${f.endsWith("json") ? copy.stateText(f).slice(0, 80) : ""}`).join("\n"));
    console.log((await copy.npm("down", "local")).text);
    console.log(copy.processes());
  } finally {
    await copy.remove();
    await cluster.stop();
  }
});
