/** The one resource of the package `local`: a pool of simulated nodes. What it is made of, and what is wrong with it. */
import { poolLabel, simulatedLabel, type Taint } from "../../kubernetes/nodes.ts";
import { changesBetween, type Diff } from "../difference.ts";
import { amountOf } from "../kubernetes/quantity.ts";
import { type Input, type Inputs, isList, isMap, isUnknown, textOf } from "../property-value.ts";
import type { CheckFailure } from "../resource-provider.ts";

/** Token of the resource. */
export const nodePoolType = "local:index:NodePool";

/** What a pool is asked to be. */
export interface NodePool {
  /** Base of the nodes' names, which are `<name>-0`, `<name>-1` and so on. */
  readonly name: string;
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Quantities by resource, for example `{ cpu: "4", memory: "16Gi", "nvidia.com/gpu": "1" }`. */
  readonly capacity: Readonly<Record<string, string>>;
  /** Type of machine that the nodes pretend to be. */
  readonly machine: string;
}

/** Label with the type of machine, as a cloud's own node has it. */
export const machineLabel = "node.kubernetes.io/instance-type";

type Rule = (value: Input) => string | undefined;

/** What each input must be; an unknown value passes, because only a preview has them. */
const rules: Readonly<Record<keyof NodePool, Rule>> = {
  name: (value) =>
    typeof value === "string" && /^[a-z]([-a-z0-9]{0,57}[a-z0-9])?$/.test(value)
      ? undefined
      : "must be a DNS label of at most 59 characters that starts with a letter",
  count: (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= 0
      ? undefined
      : "must be a whole number from 0",
  labels: texts,
  taints: (value) => {
    if (!isList(value)) return "must be a list";
    return value.map(taintTrouble).find((trouble) => trouble !== undefined);
  },
  capacity: (value) => {
    if (!isMap(value)) return "must be an object of quantities";
    const wrong = Object.entries(value).find(
      ([, amount]) =>
        !isUnknown(amount) && (typeof amount !== "string" || amountOf(amount) === undefined),
    );
    if (wrong) return `has ${JSON.stringify(wrong[1])} for ${wrong[0]}, which is no quantity`;
    const missing = ["cpu", "memory"].filter((resource) => !(resource in value));
    return missing.length === 0 ? undefined : `lacks ${missing.join(" and ")}`;
  },
  machine: (value) => (typeof value === "string" && value !== "" ? undefined : "must be a text"),
};

function texts(value: Input): string | undefined {
  if (!isMap(value)) return "must be an object of texts";
  const wrong = Object.entries(value).find(
    ([, text]) => !isUnknown(text) && typeof text !== "string",
  );
  return wrong && `has ${JSON.stringify(wrong[1])} for ${wrong[0]}, which is no text`;
}

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ (checked 2026-11) */
const effects: readonly unknown[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintTrouble(taint: Input): string | undefined {
  if (isUnknown(taint)) return undefined;
  if (!isMap(taint)) return "must hold objects";
  const { key = null, value = "", effect = null, ...others } = taint;
  const [strange] = Object.keys(others);
  if (strange !== undefined)
    return `has a taint with "${strange}"; a taint has key, value and effect`;
  if (!isUnknown(key) && (typeof key !== "string" || key === "")) return "has a taint without key";
  if (!isUnknown(value) && typeof value !== "string") return "has a taint whose value is no text";
  if (isUnknown(effect) || effects.includes(effect)) return undefined;
  return `has the effect ${JSON.stringify(effect)}; it must be one of ${effects.join(", ")}`;
}

/** A pool may repeat the labels that its nodes have of themselves, and not change them. */
function ownLabelTroubles(labels: Input, name: Input): readonly CheckFailure[] {
  const own: Readonly<Record<string, Input>> = { [poolLabel]: name, [simulatedLabel]: "true" };
  return Object.entries(own).flatMap(([key, value]) => {
    const given = isMap(labels) ? labels[key] : undefined;
    if (given === undefined || given === value || isUnknown(given) || isUnknown(value)) return [];
    return [fail("labels", `has another ${key} than ${JSON.stringify(value)}`)];
  });
}

/** What is wrong with the inputs of a pool: all of it. */
export function checkNodePool(inputs: Inputs): readonly CheckFailure[] {
  const names = Object.keys(rules);
  const strange = Object.keys(inputs)
    .filter((key) => !names.includes(key))
    .map((key) => fail(key, `is no property of a NodePool; it has ${names.join(", ")}`));
  const wrong = Object.entries(rules).flatMap(([key, rule]) => {
    const value = inputs[key];
    if (value === undefined || value === null) return [fail(key, "is missing")];
    const trouble = isUnknown(value) ? undefined : rule(value);
    return trouble === undefined ? [] : [fail(key, trouble)];
  });
  const { labels = null, name = null } = inputs;
  return [...strange, ...wrong, ...ownLabelTroubles(labels, name)];
}

function fail(property: string, what: string): CheckFailure {
  return { property, reason: `${property} ${what}` };
}

/** The pool that checked inputs without unknown values ask for. */
export function nodePoolOf(inputs: Inputs): NodePool {
  const failures = checkNodePool(inputs);
  const { name, count, labels, taints, capacity, machine } = inputs;
  if (
    failures.length > 0 ||
    typeof name !== "string" ||
    typeof count !== "number" ||
    typeof machine !== "string"
  ) {
    throw new Error(
      `these inputs have not been checked: ${failures.map((one) => one.reason).join("; ")}`,
    );
  }
  return {
    name,
    count,
    machine,
    labels: textsOf(labels),
    capacity: textsOf(capacity),
    taints: taints !== undefined && isList(taints) ? taints.map(taintOf) : [],
  };
}

function textsOf(value: Input | undefined): Readonly<Record<string, string>> {
  if (value === undefined || !isMap(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, textOf(text) ?? ""]));
}

function taintOf(value: Input): Taint {
  const { key, value: given, effect } = isMap(value) ? value : {};
  const text = textOf(given) ?? "";
  return {
    key: textOf(key) ?? "",
    ...(text === "" ? {} : { value: text }),
    effect: effect === "NoExecute" || effect === "PreferNoSchedule" ? effect : "NoSchedule",
  };
}

/** Names of the pool's nodes. */
export function nodeNames({ name, count }: Pick<NodePool, "name" | "count">): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}

/** What differs. A pool of another name has other nodes, which can be made first. */
export function diffNodePools(olds: Inputs, news: Inputs): Diff {
  const changes = changesBetween(olds, news, {
    replaces: ([key]) => key === "name",
    equal: ([key], old, next) => {
      const amount = key === "capacity" ? amountOf(old) : undefined;
      return amount !== undefined && amount === amountOf(next);
    },
  });
  return { changes, deleteBeforeReplace: false };
}
