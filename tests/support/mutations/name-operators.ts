/** Operators that name what does not exist, or what is not theirs. */
import { pick } from "./draw.ts";
import { meaning, ofService } from "./meaning.ts";
import { inSpec, type Operator, reading } from "./mutant.ts";
import { anyTeam, type Sample, type SampleService } from "./sample.ts";
import { addKey, write } from "./stack-text.ts";

export const nameOperators: readonly Operator[] = [
  meaning("unknown-pool", "team with a pool that does not exist", (draw, { spec }) => {
    const name = pick(draw, Object.keys(spec.teams));
    const pools = spec.teams[name]?.pools;
    if (pools === undefined) return undefined;
    const place = inSpec("teams", name, "pools", pools.length);
    return {
      touches: [place],
      needs: [inSpec("pools")],
      edit: (stack) => [
        { path: place.path, at: write(stack, place, pick(draw, ["nowhere", "valueof"])) },
      ],
    };
  }),
  meaning(
    "unknown-pool",
    "service with a pool that does not exist",
    ofService(
      ({ name }) => {
        const place = inSpec("services", name, "pool");
        return {
          touches: [place],
          needs: [inSpec("pools")],
          edit: (stack) => [{ path: place.path, at: write(stack, place, "nowhere") }],
        };
      },
      (_service, { spec }) => spec.pools !== undefined,
    ),
  ),
  meaning(
    "pool-not-allotted",
    "service on a pool of others",
    ofService(
      (service, draw, sample) => {
        const place = inSpec("services", service.name, "pool");
        return {
          touches: [place],
          needs: [
            reading(service.name),
            inSpec("teams", service.team),
            inSpec("services", service.name),
            inSpec("pools"),
          ],
          edit: (stack) => [
            {
              path: place.path,
              at: write(stack, place, pick(draw, foreignPools(service, sample))),
            },
          ],
        };
      },
      (service, sample) => foreignPools(service, sample).length > 0,
    ),
  ),
  meaning(
    "unknown-team",
    "service of a team that does not exist",
    ofService(({ name }) => {
      const place = inSpec("services", name, "from");
      return {
        touches: [place, reading(name)],
        needs: [inSpec("teams")],
        edit: (stack) => [{ path: place.path, at: write(stack, place, "nobody/thing") }],
      };
    }),
    ["file-not-found"],
  ),
  meaning(
    "file-not-found",
    "service without a file",
    ofService(({ name, team, from }) => {
      const place = inSpec("services", name, "from");
      return {
        touches: [place, reading(name)],
        edit: (stack) => [
          { path: place.path, at: write(stack, place, `${team}/${name}x`), fix: `write "${from}"` },
        ],
      };
    }),
  ),
  meaning("name-taken", "team with the name of a system namespace", (draw, { spec }) => {
    const key = pick(draw, ["default", "kube-system", "kube-x", "inference-platform-system"]);
    const path = ["teams", key];
    const raw = anyTeam(spec);
    return {
      touches: [inSpec(...path)],
      needs: [inSpec("teams")],
      edit: (stack) => [{ path, at: addKey(stack, inSpec("teams"), key, raw), fix: "rename" }],
    };
  }),
];

function foreignPools({ team }: SampleService, { spec }: Sample): readonly string[] {
  const own = spec.teams[team]?.pools ?? [];
  return Object.keys(spec.pools ?? {}).filter((pool) => !own.includes(pool));
}
