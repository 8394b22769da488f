/** Operators that ask for nodes that no cloud has or nobody may have. */
import { cloudFacts } from "../../../platform/facts/clouds.ts";
import { pick } from "./draw.ts";
import { meaning, ofPool } from "./meaning.ts";
import { inSpec, type Operator } from "./mutant.ts";
import { remove, write, writeKey } from "./stack-text.ts";

export const poolOperators: readonly Operator[] = [
  meaning(
    "no-such-machine",
    "machine that the cloud does not have",
    ofPool((pool) => {
      const place = inSpec("pools", pool, "machine");
      return {
        touches: [place],
        needs: [inSpec("cloud")],
        edit: (stack) => [
          { path: place.path, at: write(stack, place, "sim-cpu-3"), fix: 'write "sim-cpu-2"' },
        ],
      };
    }),
  ),
  meaning(
    "no-such-machine",
    "machine larger than any",
    ofPool((pool, draw) => {
      const place = inSpec("pools", pool, "machine");
      const raw = pick(draw, ["{ cpu: 1000, memory: 1GiB }", "{ cpu: 1, memory: 9TiB }"]);
      return {
        touches: [place],
        needs: [inSpec("cloud"), inSpec("pools", pool)],
        edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
      };
    }),
  ),
  meaning(
    "no-such-machine",
    "GPU count that no machine has",
    ofPool((pool, draw) => {
      const place = inSpec("pools", pool, "gpu");
      const model = pick(draw, ["t4", "l4", "a100-80gb", "h100", "h200", "a10g"]);
      const offered = Object.values(cloudFacts.local.machines).flatMap(({ gpu }) =>
        gpu?.model === model ? gpu.count : [],
      );
      const count = pick(
        draw,
        [1, 2, 3, 4, 5, 8, 16].filter((count) => !offered.includes(count)),
      );
      return {
        touches: [place],
        needs: [inSpec("cloud")],
        edit: (stack) => [
          {
            path: place.path,
            at: write(stack, place, `{ model: ${model}, count: ${count} }`),
            fix: offered.length > 0 ? "one of these counts" : "one of these models",
          },
        ],
      };
    }),
  ),
  meaning(
    "no-such-machine",
    "pool that asks for nothing",
    ofPool((name, _draw, _sample, pool) => {
      const place = inSpec("pools", name);
      return {
        touches: [inSpec("pools", name, "machine"), inSpec("pools", name, "gpu")],
        needs: [inSpec("cloud"), place],
        edit: (stack) => {
          if (pool.machine) remove(stack, inSpec("pools", name, "machine"));
          if (pool.gpu) remove(stack, inSpec("pools", name, "gpu"));
          return [{ path: place.path, at: writeKey(stack, place), fix: 'add "machine"' }];
        },
      };
    }),
  ),
  meaning(
    "name-taken",
    "label of Kubernetes or the platform",
    ofPool((pool, draw) => {
      const place = inSpec("pools", pool, "labels");
      const key = pick(draw, [
        "inference-platform/pool",
        "kubernetes.io/hostname",
        "node.k8s.io/x",
        "nvidia.com/gpu.count",
      ]);
      return {
        touches: [place],
        edit: (stack) => [
          { path: [...place.path, key], at: write(stack, place, `${key}: x }`, "{ tier: gold, ") },
        ],
      };
    }),
  ),
  meaning(
    "name-taken",
    "taint that stands twice",
    ofPool((pool) => {
      const place = inSpec("pools", pool, "taints");
      const taint = "{ key: tier, value: a, effect: NoExecute }";
      return {
        touches: [place],
        edit: (stack) => [
          { path: [...place.path, 1], at: write(stack, place, `${taint}]`, `[${taint}, `) },
        ],
      };
    }),
  ),
];
