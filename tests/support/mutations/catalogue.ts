/**
 * Every block and value of a sample with what it must be: written down here once more, so that a schema that forgets a
 * rule is found out.
 */
import type { Path } from "../../../platform/spec/path.ts";
import { inFile, inSpec, reading } from "./mutant.ts";
import type { Sample, SampleService } from "./sample.ts";
import type { Place } from "./stack-text.ts";

export interface Block {
  readonly place: Place;
  readonly keys: readonly string[];
  readonly required: readonly string[];
  /** What must be as it is for the block to be judged. */
  readonly needs: readonly Place[];
}

const gpu = { keys: ["model", "count"], required: ["model", "count"] };
const least = { keys: ["cpu", "memory"], required: ["cpu", "memory"] };
const taint = { keys: ["key", "value", "effect"], required: ["key", "value", "effect"] };

const common = [
  "version",
  "kind",
  "name",
  "cloud",
  "environment",
  "owner",
  "costCenter",
  "kubernetes",
  "teams",
];
const stack = { keys: [...common, "services", "policy"], required: common };
const stackWithPools = { keys: [...stack.keys, "pools"], required: [...common, "pools"] };
const pool = { keys: ["machine", "gpu", "nodes", "labels", "taints"], required: ["nodes"] };
const team = { keys: ["gpus", "modelPrefix"], required: ["gpus", "modelPrefix"] };
const teamWithPools = { keys: ["pools", ...team.keys], required: ["pools", ...team.required] };
const service = { keys: ["from", "replicas"], required: ["from", "replicas"] };
const serviceWithPool = { keys: [...service.keys, "pool"], required: service.required };
const waiver = {
  keys: ["rule", "resource", "until", "owner", "why"],
  required: ["rule", "resource", "until", "owner", "why"],
};
const files = {
  fastapi: {
    keys: ["server", "image", "model", "gpu", "resources", "requestTimeout"],
    required: ["server", "image", "resources", "requestTimeout"],
  },
  triton: {
    keys: ["server", "model", "gpu", "resources", "requestTimeout"],
    required: ["server", "model", "resources", "requestTimeout"],
  },
};
const model = { keys: ["path", "size"], required: ["path", "size"] };

/** The blocks of a sample that have fixed keys. */
export function blocksOf({ spec, services }: Sample): readonly Block[] {
  const at = (form: Omit<Block, "place" | "needs">, ...path: Path): Block => ({
    ...form,
    place: inSpec(...path),
    // Which keys there may be, the kind of cluster tells.
    needs: path[0] === "kubernetes" ? [] : [inSpec("kubernetes")],
  });
  const ours = spec.pools !== undefined;
  return [
    at(ours ? stackWithPools : stack),
    // Without its one key nobody knows which cluster is meant.
    at({ keys: [ours ? "version" : "use"], required: [] }, "kubernetes"),
    ...(ours
      ? []
      : [at({ keys: ["context", "modelStore"], required: ["context"] }, "kubernetes", "use")]),
    ...Object.entries(spec.pools ?? {}).flatMap(([name, { machine, gpu: wish, taints }]) => [
      at(pool, "pools", name),
      ...(wish ? [at(gpu, "pools", name, "gpu")] : []),
      ...(typeof machine === "object" ? [at(least, "pools", name, "machine")] : []),
      ...(taints ?? []).map((_, index) => at(taint, "pools", name, "taints", index)),
    ]),
    ...Object.keys(spec.teams).map((name) => at(ours ? teamWithPools : team, "teams", name)),
    ...services.map(({ name }) => at(ours ? serviceWithPool : service, "services", name)),
    ...(spec.policy ? [at({ keys: ["waivers"], required: [] }, "policy")] : []),
    ...(spec.policy ? [at(waiver, "policy", "waivers", 0)] : []),
    ...services.flatMap(fileBlocks),
  ];
}

function fileBlocks({ name, from, file }: SampleService): readonly Block[] {
  const at = (form: Omit<Block, "place" | "needs">, ...path: Path): Block => ({
    ...form,
    place: inFile(from, ...path),
    needs: [reading(name), inFile(from, "server")],
  });
  return [
    at(files[file.server]),
    at(least, "resources"),
    ...(file.gpu ? [at(gpu, "gpu")] : []),
    ...(file.model ? [at(model, "model")] : []),
  ];
}

/** What a single value is. */
export type Form =
  | "address"
  | "costCenter"
  | "cpu"
  | "date"
  | "duration"
  | "effect"
  | "environment"
  | "from"
  | "gpuCount"
  | "gpuModel"
  | "image"
  | "kubernetes"
  | "labels"
  | "list"
  | "memory"
  | "modelPath"
  | "name"
  | "prefix"
  | "quota"
  | "rule"
  | "size"
  | "text"
  | "version";

export interface Value {
  readonly place: Place;
  readonly form: Form;
  readonly needs: readonly Place[];
}

/** The single values of a sample. */
export function valuesOf({ spec, services }: Sample): readonly Value[] {
  const at = (form: Form, ...path: Path): Value => ({ form, place: inSpec(...path), needs: [] });
  return [
    at("version", "version"),
    at("name", "name"),
    at("name", "owner"),
    at("environment", "environment"),
    at("costCenter", "costCenter"),
    ...(spec.pools
      ? [at("kubernetes", "kubernetes", "version")]
      : [
          at("text", "kubernetes", "use", "context"),
          at("address", "kubernetes", "use", "modelStore"),
        ]),
    ...Object.entries(spec.pools ?? {}).flatMap(
      ([name, { machine, gpu: wish, labels, taints }]) => [
        at("size", "pools", name, "nodes"),
        ...(labels ? [at("labels", "pools", name, "labels")] : []),
        ...(wish ? [at("gpuModel", "pools", name, "gpu", "model")] : []),
        ...(wish ? [at("gpuCount", "pools", name, "gpu", "count")] : []),
        ...(typeof machine === "object" ? [at("cpu", "pools", name, "machine", "cpu")] : []),
        ...(typeof machine === "object" ? [at("memory", "pools", name, "machine", "memory")] : []),
        ...(taints ? [at("effect", "pools", name, "taints", 0, "effect")] : []),
      ],
    ),
    ...Object.keys(spec.teams).flatMap((name) => [
      ...(spec.pools ? [at("list", "teams", name, "pools")] : []),
      at("quota", "teams", name, "gpus"),
      at("prefix", "teams", name, "modelPrefix"),
    ]),
    ...services.flatMap(({ name, pool: explicit }) => [
      at("from", "services", name, "from"),
      at("size", "services", name, "replicas"),
      ...(explicit ? [at("name", "services", name, "pool")] : []),
    ]),
    ...(spec.policy
      ? [
          at("rule", "policy", "waivers", 0, "rule"),
          at("text", "policy", "waivers", 0, "why"),
          at("date", "policy", "waivers", 0, "until"),
          at("name", "policy", "waivers", 0, "owner"),
        ]
      : []),
    ...services.flatMap(fileValues),
  ];
}

function fileValues({ name, from, file }: SampleService): readonly Value[] {
  const at = (form: Form, ...path: Path): Value => ({
    form,
    place: inFile(from, ...path),
    needs: [reading(name)],
  });
  return [
    at("cpu", "resources", "cpu"),
    at("memory", "resources", "memory"),
    at("duration", "requestTimeout"),
    ...(file.gpu ? [at("gpuModel", "gpu", "model"), at("gpuCount", "gpu", "count")] : []),
    ...(file.model ? [at("modelPath", "model", "path"), at("memory", "model", "size")] : []),
    ...("image" in file ? [at("image", "image")] : []),
  ];
}
