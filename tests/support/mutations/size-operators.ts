/** Operators that ask for sizes that make no sense, cannot be followed or do not fit. */
import { environments } from "../../../platform/spec/environments.ts";
import { pick } from "./draw.ts";
import { meaning, ofPool, ofService } from "./meaning.ts";
import { inFile, inSpec, type Operator, placementOf, reading } from "./mutant.ts";
import type { Sample, SampleService } from "./sample.ts";
import { write } from "./stack-text.ts";

export const sizeOperators: readonly Operator[] = [
  ...["nodes", "replicas"].map((key) =>
    meaning("min-above-max", `${key} with min above max`, (draw, { spec }) => {
      const block = key === "nodes" ? "pools" : "services";
      const names = Object.keys(spec[block] ?? {});
      if (names.length === 0) return undefined;
      const place = inSpec(block, pick(draw, names), key);
      const raw = pick(draw, ["{ min: 5, max: 4 }", "{ max: 2, min: 1000 }"]);
      return {
        touches: [place],
        edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
      };
    }),
  ),
  meaning(
    "capability-none",
    "bounds of nodes that the cloud cannot follow",
    ofPool((pool) => {
      const place = inSpec("pools", pool, "nodes");
      return {
        touches: [place],
        needs: [inSpec("cloud")],
        edit: (stack) => [
          { path: place.path, at: write(stack, place, "{ min: 0, max: 1000 }"), fix: "write 1000" },
        ],
      };
    }),
  ),
  meaning(
    "capability-none",
    "bounds of replicas that the cloud cannot follow",
    ofService(({ name }) => {
      const place = inSpec("services", name, "replicas");
      return {
        touches: [place],
        needs: [inSpec("cloud")],
        edit: (stack) => [
          { path: place.path, at: write(stack, place, "{ min: 2, max: 3 }"), fix: "write 3" },
        ],
      };
    }),
    ["over-quota", "pool-too-small"],
  ),
  meaning(
    "out-of-range",
    "fewer replicas than the environment wants",
    ofService(({ name }, _draw, { spec }) => {
      const place = inSpec("services", name, "replicas");
      const { minReplicas } = environments[spec.environment];
      return {
        touches: [place],
        needs: [inSpec("environment")],
        edit: (stack) => [
          {
            path: place.path,
            at: write(stack, place, String(minReplicas - 1)),
            fix: `write ${minReplicas}`,
          },
        ],
      };
    }),
  ),
  meaning(
    "pool-too-small",
    "pool that is too small",
    ofService(
      (service, draw, sample) => {
        const place = inSpec("pools", service.pool ?? "", "nodes");
        const raw = pick(draw, ["0", "{ min: 0, max: 0 }"]);
        return {
          touches: [place],
          needs: placementOf(service, sample),
          edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
        };
      },
      ({ pool }) => pool !== undefined,
    ),
  ),
  meaning(
    "over-quota",
    "quota below what services ask for",
    ofService(
      ({ team }, _draw, sample) => {
        const place = inSpec("teams", team, "gpus");
        const asked = gpusOf(team, sample);
        const ofTeam = sample.services.filter((service) => service.team === team);
        return {
          touches: [place],
          needs: ofTeam.flatMap(({ name, from }) => [
            reading(name),
            inSpec("services", name),
            inFile(from),
          ]),
          edit: (stack) => [
            {
              path: place.path,
              at: write(stack, place, String(asked - 1)),
              fix: `raise it to ${asked}`,
            },
          ],
        };
      },
      ({ team }, sample) => gpusOf(team, sample) > 0,
    ),
  ),
];

function replicasOf({ name }: SampleService, { spec }: Sample): number {
  const size = spec.services?.[name]?.replicas ?? 0;
  return typeof size === "number" ? size : size.max;
}

function gpusOf(team: string, sample: Sample): number {
  return sample.services
    .filter((service) => service.team === team)
    .reduce((sum, service) => sum + service.gpus * replicasOf(service, sample), 0);
}
