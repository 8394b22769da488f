/** Random choices made from numbers that fast-check gives and shrinks; 0 is always the simplest choice. */
import fc from "fast-check";

/** The next random number. */
export type Draw = () => number;

/** Enough numbers for a stack and its mutations; after them every choice is the simplest. */
export const draws: fc.Arbitrary<Draw> = fc
  .uint16Array({ minLength: 300, maxLength: 300 })
  .map((numbers) => {
    let next = 0;
    return () => numbers[next++] ?? 0;
  });

export function pick<T>(draw: Draw, list: readonly T[]): T {
  const chosen = list[upTo(draw, list.length - 1)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

/** A whole number from 0 to `most`. */
export function upTo(draw: Draw, most: number): number {
  return draw() % (most + 1);
}

/** True once in `times`. */
export function onceIn(draw: Draw, times: number): boolean {
  return upTo(draw, times - 1) === times - 1;
}

export function shuffled<T>(draw: Draw, list: readonly T[]): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(upTo(draw, left.length - 1), 1));
}

/** Some of `list`, in their order, at least one. */
export function someOf<T>(draw: Draw, list: readonly T[]): readonly T[] {
  const some = list.filter(() => onceIn(draw, 2));
  return some.length > 0 ? some : [pick(draw, list)];
}
