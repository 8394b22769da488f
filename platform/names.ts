/** Names: their form, and the nearest known one to a misspelt one. */

/**
 * Lower-case letters, digits and `-`, from a letter on, at most 40: fits every place a name goes, since Kubernetes allows
 * 63 in a label and a namespace and the platform adds a suffix to some.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names (checked 2026-11)
 */
export const namePattern = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** The known name that a person most likely meant, if one is near enough to guess; whatever the case of its letters. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = slips(name.length);
  const near = known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= most) // long ones cost time
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/** Slips that a word of `length` letters may have and still be told from another. */
function slips(length: number): number {
  return length <= 3 ? 1 : Math.max(2, length / 3);
}

/** Letters to add, drop or change to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  const target = [...b.toLowerCase()];
  let row = target.map((_, index) => index + 1);
  for (const [i, letter] of [...a.toLowerCase()].entries()) {
    let [left, diagonal] = [i + 1, i];
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, diagonal + (letter === target[j] ? 0 : 1));
      diagonal = above;
      return left;
    });
  }
  return row.at(-1) ?? a.length;
}

/** Names that a message lists before it only counts the rest. */
const mostListed = 20;

/** `"a", "b" or "c"`, for a message; numbers stand without quotes, and of many names only the first are listed. */
export function listOf(names: readonly unknown[]): string {
  const quoted = names.slice(0, mostListed).map((name) => JSON.stringify(name));
  const rest = names.length - quoted.length;
  const last = rest > 0 ? `${rest} more` : quoted.pop();
  return quoted.length > 0 ? `${quoted.join(", ")} or ${last}` : (last ?? "none");
}
