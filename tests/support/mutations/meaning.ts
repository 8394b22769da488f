/** What operators share that leave every file well-formed, and what the files add up to wrong. */
import type { IssueCode } from "../../../platform/issue.ts";
import type { PoolSpec } from "../../../platform/spec/schema.ts";
import { type Draw, pick } from "./draw.ts";
import type { Apply, Mutation, Operator } from "./mutant.ts";
import type { Sample, SampleService } from "./sample.ts";

export function meaning(
  code: IssueCode,
  name: string,
  apply: Apply,
  also: readonly IssueCode[] = [],
): Operator {
  return { name, kind: "meaning", code, apply, also };
}

/** A mutation of one of the services, where there is any that will do. */
export function ofService(
  make: (service: SampleService, draw: Draw, sample: Sample) => Mutation,
  will: (service: SampleService, sample: Sample) => boolean = () => true,
): Apply {
  return (draw, sample) => {
    const open = sample.services.filter((service) => will(service, sample));
    return open.length === 0 ? undefined : make(pick(draw, open), draw, sample);
  };
}

/** A mutation of one of the pools, where the stack has nodes of its own. */
export function ofPool(
  make: (name: string, draw: Draw, sample: Sample, pool: PoolSpec) => Mutation,
): Apply {
  return (draw, sample) => {
    const { pools } = sample.spec;
    if (pools === undefined) return undefined;
    const [name, pool] = pick(draw, Object.entries(pools));
    return make(name, draw, sample, pool);
  };
}
