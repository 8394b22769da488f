/** Quantities as a spec writes them, and as the platform counts them. */

const memoryUnits = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 } as const;
const durationUnits = { s: 1, m: 60, h: 3600 } as const;

/** Memory and sizes: a whole number and a binary unit, for example `16GiB`. */
export const memoryPattern = /^[1-9][0-9]{0,5}(MiB|GiB|TiB)$/;

/** Durations: a whole number and a unit, for example `30s`. */
export const durationPattern = /^[1-9][0-9]{0,4}(s|m|h)$/;

/** Mebibytes in a text that matches `memoryPattern`. */
export function mebibytes(text: string): number {
  return parse(text, memoryUnits);
}

/** Seconds in a text that matches `durationPattern`. */
export function seconds(text: string): number {
  return parse(text, durationUnits);
}

function parse(text: string, units: Readonly<Record<string, number>>): number {
  const amount = Number.parseInt(text, 10);
  const unit = text.slice(String(amount).length);
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) throw new RangeError(`not a quantity: ${text}`);
  return amount * factor;
}

/** Thousandths of a CPU, the smallest part that Kubernetes counts. */
export function milliCpus(cpus: number): number {
  return Math.round(cpus * 1000);
}

/** Mebibytes as a person writes them: `1536MiB`, `16GiB`. */
export function showMebibytes(mebibytes: number): string {
  return `${inLargestUnit(mebibytes)}B`;
}

/**
 * Mebibytes as a Kubernetes quantity in the API server's own canonical form, so that nothing reads back changed.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ (checked 2026-11)
 */
export function memoryQuantity(mebibytes: number): string {
  return inLargestUnit(mebibytes);
}

/** CPUs as a Kubernetes quantity in canonical form: `2`, `500m`. */
export function cpuQuantity(cpus: number): string {
  const milli = milliCpus(cpus);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** In the largest binary unit that leaves a whole number. */
function inLargestUnit(mebibytes: number): string {
  const larger = ["Gi", "Ti", "Pi"];
  let [amount, unit] = [mebibytes, "Mi"];
  for (const next of larger) {
    if (amount === 0 || amount % 1024 !== 0) break;
    [amount, unit] = [amount / 1024, next];
  }
  return `${amount}${unit}`;
}
