/** Operators that change a service's own file so that it does not go with the stack or its server. */
import type { IssueCode } from "../../../platform/issue.ts";
import { pick } from "./draw.ts";
import { meaning, ofService } from "./meaning.ts";
import { inFile, inSpec, type Mutation, type Operator, placementOf, reading } from "./mutant.ts";
import type { SampleService } from "./sample.ts";
import { write } from "./stack-text.ts";

/** What a service's own file asks for, that no pool of its team has. */
const tooMuch = [
  { path: ["resources", "cpu"], raw: "1000" },
  { path: ["resources", "memory"], raw: "9TiB" },
  { path: ["gpu"], raw: "{ model: h200, count: 1 }" },
  { path: ["gpu"], raw: "{ model: t4, count: 16 }" },
] as const;

export const fileOperators: readonly Operator[] = [
  meaning(
    "no-fitting-pool",
    "service that no pool of its team can hold",
    ofService(
      (service, draw, sample) => {
        const { name, from, pool } = service;
        const { path, raw } = pick(draw, tooMuch);
        const place = inSpec("services", name, pool === undefined ? "from" : "pool");
        return {
          touches: [place, inFile(from, ...path)],
          needs: placementOf(service, sample),
          edit: (stack) => {
            write(stack, inFile(from, ...path), raw);
            return [{ path: place.path, at: write(stack, place, pool ?? from) }];
          },
        };
      },
      (_service, { spec }) => spec.pools !== undefined,
    ),
    ["over-quota"],
  ),
  ofFile("model-outside-prefix", "model of another team", ["model", "path"], "elsewhere/x/1", {
    will: ({ file }) => file.model !== undefined,
    needs: ({ team }) => [inSpec("teams", team)],
  }),
  ofFile(
    "out-of-range",
    "less memory than the server's shared memory",
    ["resources", "memory"],
    "319MiB",
    {
      needs: ({ from }) => [inFile(from, "server")],
    },
  ),
  ofFile("out-of-range", "request that takes hours", ["requestTimeout"], "61m"),
];

function ofFile(
  code: IssueCode,
  name: string,
  path: readonly string[],
  raw: string,
  {
    will,
    needs,
  }: {
    will?: (service: SampleService) => boolean;
    needs?: (service: SampleService) => Mutation["touches"];
  } = {},
): Operator {
  const apply = ofService((service) => {
    const place = inFile(service.from, ...path);
    return {
      touches: [place],
      needs: [
        reading(service.name),
        inSpec("services", service.name, "from"),
        ...(needs?.(service) ?? []),
      ],
      edit: (stack) => [{ path, at: write(stack, place, raw) }],
    };
  }, will);
  return meaning(code, name, apply);
}
