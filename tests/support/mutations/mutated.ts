/** Makes mutated stacks. */
import { type Draw, onceIn, pick } from "./draw.ts";
import { operators } from "./index.ts";
import { areApart, type Expectation, type Mutation, type Operator } from "./mutant.ts";
import { type Sample, sampleOf } from "./sample.ts";
import { rendered, type Spot, stackText } from "./stack-text.ts";

/** An issue that must be reported, with its place. */
export interface Expected extends Expectation {
  readonly operator: Operator;
  readonly spot: Spot;
}

export interface Mutated {
  readonly sample: Sample;
  /** The operators that were applied. */
  readonly operators: readonly Operator[];
  /** Text of each file, by its path below the checkout. */
  readonly texts: Readonly<Record<string, string>>;
  readonly expected: readonly Expected[];
  readonly secrets: readonly string[];
}

interface Applied {
  readonly operator: Operator;
  readonly mutation: Mutation;
}

const kinds = ["harmless", "shape", "meaning"] as const;

/** A random sample after one mutation, or after up to three that can be told apart. */
export function mutated(draw: Draw): Mutated {
  const sample = sampleOf(draw);
  const wanted = onceIn(draw, 2) ? 1 : pick(draw, [2, 3]);
  const applied: Applied[] = [];
  for (
    let tries = 0;
    applied.length < wanted && (tries < wanted || applied.length === 0);
    tries++
  ) {
    const kind = pick(draw, kinds);
    const operator = pick(
      draw,
      operators.filter((operator) => operator.kind === kind),
    );
    const mutation = operator.apply(draw, sample);
    if (mutation && applied.every((other) => areApart(mutation, other.mutation))) {
      applied.push({ operator, mutation });
    }
  }
  return { sample, ...written(draw, sample, applied) };
}

function written(draw: Draw, sample: Sample, applied: readonly Applied[]): Omit<Mutated, "sample"> {
  const stack = stackText(draw, sample);
  const expectations = applied.flatMap(({ operator, mutation }) =>
    mutation.edit(stack).map((expectation) => ({ ...expectation, operator })),
  );
  const { texts, spots, starts } = rendered(stack);
  return {
    operators: applied.map(({ operator }) => operator),
    texts,
    expected: expectations.map((expectation) => {
      const { at } = expectation;
      const spot = "startOf" in at ? starts.get(at.startOf) : spots.get(at);
      if (spot === undefined) throw new Error(`${expectation.operator.name}: its mark is gone`);
      return { ...expectation, spot };
    }),
    secrets: applied.flatMap(({ mutation }) => mutation.secrets ?? []),
  };
}
