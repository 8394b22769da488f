import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkpointPath } from "../../../../embedded/engine/backend.ts";
import { clusterInState } from "../../../../embedded/engine/state-cluster.ts";
import { backendFolder, checkoutState } from "../../../../embedded/paths.ts";
import { useTemporaryState } from "../../../support/test-cluster.ts";

describe("the cluster in a stack's state", () => {
  let folder: string;
  let removeState: () => void;

  beforeEach(() => {
    removeState = useTemporaryState();
    folder = checkoutState();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "Pulumi.yaml"), "name: project\n");
  });
  afterEach(() => removeState());

  const provider = (name: string, inputs: object) => ({ type: `pulumi:providers:${name}`, inputs });
  const component = { type: "inference-platform:existing:Cluster" };

  for (const [title, resources, want] of [
    ["none before anything is made", [component], { kind: "none" }],
    [
      "an existing one, by its provider's context",
      [component, provider("kubernetes", { context: "kind-mine", kubeconfig: "" })],
      { kind: "existing", context: "kind-mine" },
    ],
    [
      "an embedded one, by a provider without a context",
      [provider("kubernetes", { kubeconfig: "/a" }), provider("local", { kubeconfig: "/a" })],
      { kind: "embedded" },
    ],
    [
      "an embedded one as soon as it may have nodes",
      [provider("local", { kubeconfig: "/a" })],
      { kind: "embedded" },
    ],
  ] as const) {
    it(`is ${title}`, () => {
      const file = checkpointPath(backendFolder(), "project", "mine");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify({ checkpoint: { latest: { resources } } }));
      assert.deepEqual(clusterInState("mine", folder), want);
    });
  }

  it("is none where there is no state", () => {
    assert.deepEqual(clusterInState("mine", folder), { kind: "none" });
  });
});
