import assert from "node:assert/strict";
import { type Change, object } from "../../policies/cases.ts";
import { containers, podKinds, podSpecs, volumes } from "../../policies/pods.ts";
import { isOpen, type Open } from "../../policies/unjudged.ts";

/** `value` at the end of a dotted path of new objects. */
function nested(path: string, value: Change): Change {
  return path
    .split(".")
    .filter((key) => key !== "")
    .reduceRight<Change>((inner, key) => ({ [key]: inner }), value);
}

function known<T>(parts: Iterable<T | Open>): readonly T[] {
  return [...parts].filter((part): part is T => !isOpen(part));
}

const spec = {
  initContainers: [{ name: "fetch" }],
  containers: [{ name: "main" }, {}],
  ephemeralContainers: [{ name: "debug" }],
  volumes: [{ name: "shm" }],
};

describe("pods in objects", () => {
  for (const { token, template, role } of podKinds)
    for (const [kind, partial] of [
      [token, false],
      [`${token}Patch`, true],
    ] as const)
      if (!partial || token !== "argoproj.io/v1alpha1:Rollout")
        it(`are found in ${kind}, with their containers and volumes`, () => {
          const resource = object(kind, nested(template, { spec }));
          assert.deepEqual(known(podSpecs.of(resource)), [
            { spec, role, partial, prefix: "", inline: [] },
          ]);
          assert.deepEqual(
            known(containers.of(resource)).map(({ label, stage }) => [label, stage]),
            [
              ["container fetch", "init"],
              ["container main", "main"],
              ["container containers[1]", "main"],
              ["container debug", "ephemeral"],
            ],
          );
          assert.deepEqual(
            known(volumes.of(resource)).map(({ label }) => label),
            ["volume shm"],
          );
          assert.ok(podSpecs.tokens.includes(resource.type));
        });

  it("are found in every component of an InferenceService", () => {
    const resource = object("serving.kserve.io/v1beta1:InferenceService", {
      spec: {
        predictor: {
          model: { modelFormat: { name: "onnx" } },
          volumes: [{ name: "shm" }],
          workerSpec: { containers: [{ name: "worker" }] },
        },
        transformer: { containers: [{ name: "tokenizer" }] },
      },
    });
    assert.deepEqual(
      known(containers.of(resource)).map(({ label, partial }) => [label, partial]),
      [
        ["predictor: model", true],
        ["predictor.workerSpec: container worker", false],
        ["transformer: container tokenizer", false],
      ],
    );
    assert.deepEqual(
      known(podSpecs.of(resource)).map(({ prefix, partial }) => [prefix, partial]),
      [
        ["predictor: ", true],
        ["predictor.workerSpec: ", false],
        ["transformer: ", false],
      ],
    );
  });

  it("are none in an object without a pod template", () => {
    assert.deepEqual([...podSpecs.of(object("apps/v1:Deployment", {}))], []);
    assert.deepEqual(
      [...containers.of(object("argoproj.io/v1alpha1:Rollout", { spec: { workloadRef: {} } }))],
      [],
    );
  });

  it("are read without a crash whatever stands in their place", () => {
    for (const odd of [null, "text", 7, true, [], [null], [7], { a: 1 }]) {
      const resource = object("core/v1:Pod", {
        spec: { containers: odd, initContainers: odd, volumes: odd },
      });
      assert.doesNotThrow(() => [...containers.of(resource), ...volumes.of(resource)]);
      assert.doesNotThrow(() => [...podSpecs.of({ ...resource, props: odd })]);
    }
  });
});
