import assert from "node:assert/strict";
import { z } from "zod";
import type { PlatformPlan } from "../../platform/plan/plan.ts";
import { anyPlatformSchema, anyServiceSchema } from "../../platform/spec/schema.ts";
import { type Edit, onExistingCluster, planSmall } from "../support/small-stack.ts";

/** Sets an optional key that the small stack lacks, or takes away one that it has. */
const changes: Readonly<Record<string, Edit>> = {
  "stack pools.*.machine": ["spec", "l4: { gpu", "l4: { machine: sim-l4-4, gpu"],
  "stack pools.*.gpu": [
    "spec",
    "machine: { cpu: 4, memory: 16GiB }",
    "gpu: { model: t4, count: 1 }",
  ],
  "stack pools.*.labels": ["spec", "nodes: 2", "nodes: 2, labels: { tier: gold }"],
  "stack pools.*.taints": [
    "spec",
    "nodes: 2",
    "nodes: 2, taints: [{ key: a, value: b, effect: NoExecute }]",
  ],
  "stack services": ["spec", "  iris: { from: flowers/iris, replicas: 2 }\n", ""],
  "stack services.*.pool": ["spec", "iris, replicas: 2", "iris, replicas: 2, pool: l4"],
  "stack policy": ["spec", "services:", `policy: { waivers: [${waiver()}] }\nservices:`],
  "stack policy.waivers": ["spec", "services:", `policy: { waivers: [${waiver()}] }\nservices:`],
  "fastapi gpu": ["iris", "server: fastapi", "server: fastapi\ngpu: { model: l4, count: 1 }"],
  "fastapi model": [
    "iris",
    "server: fastapi",
    "server: fastapi\nmodel: { path: flowers/iris/1, size: 1MiB }",
  ],
  "fastapi example": ["iris", "server: fastapi", `server: fastapi\n${example()}`],
  "triton example": ["resnet50", "server: triton", `server: triton\n${example()}`],
  "triton gpu": ["resnet50", "gpu: { model: l4, count: 1 }\n", ""],
};

function example(): string {
  return "example: { path: /v1/models/iris:predict, body: { instances: [[1, 2]] } }";
}

/** The same for keys that only a stack on an existing cluster has. */
const changesOnExisting: typeof changes = {
  "stack kubernetes.use.modelStore": ["spec", ", modelStore: s3://models", ""],
};

function waiver(): string {
  return "{ rule: wl-image-digest, resource: a/b, until: 2027-01-31, owner: ml, why: soon }";
}

describe("Every optional key of the schemas", () => {
  const optional = [
    ...anyPlatformSchema.options.flatMap((schema) =>
      optionalKeys(schema).map((key) => `stack ${key}`),
    ),
    ...anyServiceSchema.options.flatMap((schema) => {
      const [server = ""] = schema.shape.server.values;
      return optionalKeys(schema).map((key) => `${server} ${key}`);
    }),
  ];

  it("has a change here", () => {
    assert.deepEqual(
      [...new Set(optional)].toSorted(),
      Object.keys({ ...changes, ...changesOnExisting }).toSorted(),
    );
  });

  for (const [base, all] of [
    [[], changes],
    [onExistingCluster, changesOnExisting],
  ] as const) {
    for (const [key, edit] of Object.entries(all)) {
      it(`changes the plan beyond labels, or is refused: ${key}`, () => {
        const outcome = outcomeOf(...base, edit);
        assert.notDeepEqual(outcome, outcomeOf(...base));
        assert.doesNotMatch(
          String(outcome),
          /unknown-key|wrong-type|bad-format/,
          "the edit itself",
        );
      });
    }
  }
});

/** The plan without labels of objects, or why there is none. Labels of nodes are what `labels` is for. */
function outcomeOf(...edits: readonly Edit[]): unknown {
  let plan: PlatformPlan;
  try {
    plan = planSmall(...edits);
  } catch (error) {
    return String(error);
  }
  const { labels, teams, services, ...rest } = plan;
  const bare = <T extends { labels: unknown }>(entries: Readonly<Record<string, T>>) =>
    Object.values(entries).map(({ labels, ...entry }) => entry);
  return { ...rest, teams: bare(teams), services: bare(services) };
}

/** Paths of the keys that may be absent; `*` stands for a name. */
function optionalKeys(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodOptional) return optionalKeys(schema.unwrap());
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(optionalKeys))];
  if (schema instanceof z.ZodArray) return below("*", schema.element);
  if (schema instanceof z.ZodRecord) return below("*", schema.valueType);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => [
    ...(isOptional(value) ? [key] : []),
    ...below(key, value),
  ]);
}

/** Whether a key may be there and may be absent; some must be absent. */
function isOptional(schema: unknown): boolean {
  return schema instanceof z.ZodOptional && !(schema.unwrap() instanceof z.ZodNever);
}

function below(key: string, schema: unknown): readonly string[] {
  return optionalKeys(schema).map((path) => `${key}.${path}`);
}
