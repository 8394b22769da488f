/** Random choices that fast-check remembers, so that a failing case can be run again. */
import fc, { type GeneratorValue } from "fast-check";

export type Draw = GeneratorValue;

export function pick<T>(draw: Draw, list: readonly T[]): T {
  const chosen = list[upTo(draw, list.length - 1)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

/** A whole number from 0 to `most`. */
export function upTo(draw: Draw, most: number): number {
  return draw(fc.nat, { max: most });
}

/** True once in `times`. */
export function onceIn(draw: Draw, times: number): boolean {
  return upTo(draw, times - 1) === times - 1; // 0 is the simplest to fast-check
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
