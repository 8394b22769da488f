/** What differs between two sets of inputs of an object. */
import { changesBetween, type Diff } from "../difference.ts";
import { type Inputs, textOf } from "../property-value.ts";
import { replacesObject } from "./immutable.ts";
import { isSameQuantity } from "./quantity.ts";

/**
 * What differs, and what of it replaces the object. A new object that keeps its name has to wait until the old one is gone;
 * one with another name is made first.
 */
export function diffObjects(olds: Inputs, news: Inputs): Diff {
  const kind = textOf(news["kind"]) ?? "";
  const changes = changesBetween(olds, news, {
    replaces: (path) => replacesObject(olds, path),
    equal: (path, old, next) => isSameQuantity(kind, path, old, next),
  });
  const isRenamed = changes.some(
    ({ path }) => path[0] === "metadata" && (path[1] === "name" || path[1] === "namespace"),
  );
  return { changes, deleteBeforeReplace: !isRenamed };
}
