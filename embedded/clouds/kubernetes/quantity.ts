/**
 * Quantities such as `1`, `1000m` and `1Gi`: which texts mean the same amount, and where quantities stand.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ (checked 2026-11)
 */
import type { Path } from "../difference.ts";
import type { Input } from "../property-value.ts";

/** Powers of ten and of 1024 behind the suffixes. */
const suffixes: Readonly<Record<string, readonly [ten: number, kibi: number]>> = {
  n: [-9, 0],
  u: [-6, 0],
  m: [-3, 0],
  "": [0, 0],
  k: [3, 0],
  M: [6, 0],
  G: [9, 0],
  T: [12, 0],
  P: [15, 0],
  E: [18, 0],
  Ki: [0, 1],
  Mi: [0, 2],
  Gi: [0, 3],
  Ti: [0, 4],
  Pi: [0, 5],
  Ei: [0, 6],
};

const syntax = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/i;

/** The finest amount that the API keeps is a billionth; finer ones are rounded up and not compared here. */
const scale = 9;

/** Exponents beyond this are no amount of anything, and slow to raise. */
const longest = 1_000;

/** The amount in billionths, or `undefined` when the value is no quantity or finer than that. */
export function amountOf(value: Input): bigint | undefined {
  const text = typeof value === "number" ? String(value) : value;
  const [all, sign, whole = "", fraction = "", exponent, suffix = ""] =
    typeof text === "string" ? (syntax.exec(text) ?? []) : [];
  if (all === undefined || (whole === "" && fraction === "")) return undefined;
  const power = suffixes[suffix];
  if (power === undefined) return undefined;
  const [ten, kibi] = power;
  const zeros = scale + ten + Number(exponent ?? 0) - fraction.length;
  if (Math.abs(zeros) > longest) return undefined;
  const digits = BigInt(`${whole}${fraction}`) * 1024n ** BigInt(kibi);
  const divisor = zeros < 0 ? 10n ** BigInt(-zeros) : 1n;
  if (digits % divisor !== 0n) return undefined;
  const amount = zeros < 0 ? digits / divisor : digits * 10n ** BigInt(zeros);
  return sign === "-" ? -amount : amount;
}

/** Whether two values at `path` are quantities of the same amount. */
export function isSameQuantity(kind: string, path: Path, a: Input, b: Input): boolean {
  if (!holdsQuantity(kind, path)) return false;
  const amount = amountOf(a);
  return amount !== undefined && amount === amountOf(b);
}

/** Objects of quantities in any kind: pod resources, claims, volumes. */
const holders: ReadonlySet<unknown> = new Set(["limits", "requests", "capacity", "podFixed"]);

/** Objects of quantities in the two kinds that are made of them. */
const holdersByKind: Readonly<Record<string, ReadonlySet<unknown>>> = {
  ResourceQuota: new Set(["hard"]),
  LimitRange: new Set(["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"]),
};

/** Single fields that hold a quantity. */
const fields: ReadonlySet<unknown> = new Set(["sizeLimit", "averageValue", "divisor"]);

function holdsQuantity(kind: string, path: Path): boolean {
  const parent = path.at(-2);
  return fields.has(path.at(-1)) || holders.has(parent) || !!holdersByKind[kind]?.has(parent);
}
