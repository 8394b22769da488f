/** Reads what parses out of a source, whatever stands beside it. */
import type { z } from "zod";
import type { ClusterKind } from "../contracts/cloud.ts";
import type { Site } from "../contracts/site.ts";
import { clusterKindOf } from "./cluster-kind.ts";
import {
  type Draft,
  type DraftCluster,
  type DraftPool,
  type DraftService,
  type DraftSize,
  type DraftTeam,
  type Entries,
  type ServiceFile,
  type Unclear,
  unclear,
} from "./draft.ts";
import { type Path, valueAt } from "./path.ts";
import {
  cloudSchema,
  common,
  existingClusterSchema,
  modelSchema,
  placedServiceSchema,
  poolSchema,
  type ServiceSpec,
  type Size,
  teamSchema,
  undecidedServiceSchema,
  versionSchema,
  waiverSchema,
} from "./schema.ts";
import type { Source } from "./source.ts";

/** @param files the service files that could be read, by `<team>/<name>` */
export function draftOf(
  source: Source,
  files: ReadonlyMap<string, ServiceFile>,
  site: Site,
): Draft {
  const { value } = source;
  const kind = clusterKindOf(value);
  // What stands there against the rules is refused as a whole, not judged in its parts.
  const pools = kind === "existing" ? new Map<string, unknown>() : blockAt(value, ["pools"]);
  const teams = blockAt(value, ["teams"]);
  const services = blockAt(value, ["services"]) ?? new Map<string, unknown>();
  return {
    source,
    site,
    cloud: read(cloudSchema, value, ["cloud"]),
    name: read(common.name, value, ["name"]),
    environment: read(common.environment, value, ["environment"]),
    owner: read(common.owner, value, ["owner"]),
    costCenter: read(common.costCenter, value, ["costCenter"]),
    cluster: kind && clusterOf(value, kind),
    pools: pools && mapped(pools, poolOf),
    teams: teams && mapped(teams, (entry) => teamOf(entry, kind)),
    services: mapped(services, (entry) => serviceOf(entry, files)),
    sizes: [
      ...sizesOf(pools ?? [], "pools", "nodes", poolSchema.shape.nodes),
      ...sizesOf(services, "services", "replicas", placedServiceSchema.shape.replicas),
    ],
    waivers: listAt(value, ["policy", "waivers"]).flatMap(
      (waiver) => read(waiverSchema, waiver) ?? [],
    ),
  };
}

/** What is to be known of a service file; `spec` is all of it, where nothing is wrong with its form. */
export function serviceFileOf(source: Source, spec: ServiceSpec | undefined): ServiceFile {
  const { value } = source;
  const { server, requestTimeout, resources } = undecidedServiceSchema.shape;
  return {
    source,
    spec,
    parts: {
      server: read(server, value, ["server"]),
      modelPath: read(modelSchema.shape.path, value, ["model", "path"]),
      memory: read(resources.shape.memory, value, ["resources", "memory"]),
      requestTimeout: read(requestTimeout, value, ["requestTimeout"]),
    },
  };
}

/** The files that the entries of `services` name, in order. */
export function serviceFilesNamed(value: unknown): readonly { path: Path; from: string }[] {
  return [...(blockAt(value, ["services"]) ?? [])].flatMap(([name, entry]) => {
    const from = read(placedServiceSchema.shape.from, entry, ["from"]);
    return from === undefined ? [] : { path: ["services", name, "from"], from };
  });
}

/** The value at `path`, when it parses. */
function read<T>(schema: z.ZodType<T>, value: unknown, path: Path = []): T | undefined {
  return schema.safeParse(valueAt(value, path)).data;
}

/** The entries of the block at `path`; `undefined` when there is none. */
function blockAt(value: unknown, path: Path): Entries<unknown> | undefined {
  const block = valueAt(value, path);
  if (typeof block !== "object" || block === null || Array.isArray(block)) return undefined;
  return new Map(Object.entries(block));
}

/** The list at `path`; empty when there is none. */
function listAt(value: unknown, path: Path): readonly unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list : [];
}

function mapped<T, U>(entries: Entries<T>, make: (entry: T) => U): Entries<U> {
  return new Map([...entries].map(([name, entry]) => [name, make(entry)]));
}

function clusterOf(spec: unknown, kind: ClusterKind): DraftCluster {
  if (kind === "embedded") {
    return { kind, version: read(versionSchema, spec, ["kubernetes", "version"]) ?? unclear };
  }
  const { shape } = existingClusterSchema;
  const key = keysOf(valueAt(spec, ["kubernetes", "use"]), shape);
  return {
    kind,
    context: key("context", shape.context),
    modelStore: key("modelStore", shape.modelStore),
  };
}

function poolOf(entry: unknown): DraftPool {
  const { shape } = poolSchema;
  const key = keysOf(entry, shape);
  return {
    machine: key("machine", shape.machine),
    gpu: key("gpu", shape.gpu),
    nodes: key("nodes", shape.nodes),
    labels: key("labels", shape.labels),
    taints: key("taints", shape.taints),
  };
}

function teamOf(entry: unknown, kind: ClusterKind | undefined): DraftTeam {
  const { shape } = teamSchema;
  const key = keysOf(entry, shape);
  const pools = listAt(entry, ["pools"]).map((pool) => read(shape.pools.element, pool) ?? unclear);
  return {
    pools: pools.length > 0 && kind !== "existing" ? pools : unclear,
    gpus: key("gpus", shape.gpus),
    modelPrefix: key("modelPrefix", shape.modelPrefix),
  };
}

function serviceOf(entry: unknown, files: ReadonlyMap<string, ServiceFile>): DraftService {
  const { shape } = placedServiceSchema;
  const key = keysOf(entry, shape);
  const from = key("from", shape.from);
  return {
    from,
    replicas: key("replicas", shape.replicas),
    pool: key("pool", shape.pool),
    team: from === unclear ? undefined : from.split("/")[0],
    file: from === unclear ? undefined : files.get(from),
  };
}

/** Reads one key of `block` after the other. What is absent is unclear while there is a key that nobody knows. */
function keysOf(block: unknown, shape: Readonly<Record<string, unknown>>) {
  const written = blockAt(block, []);
  const known = new Set(Object.keys(shape));
  const sure = written !== undefined && [...written.keys()].every((key) => known.has(key));
  return <T>(key: string, schema: z.ZodType<T>): T | Unclear => {
    const value = written?.get(key);
    if (value === undefined && !sure) return unclear;
    const { success, data } = schema.safeParse(value);
    return success ? data : unclear;
  };
}

function sizesOf(
  entries: Iterable<readonly [string, unknown]>,
  block: string,
  of: DraftSize["of"],
  schema: z.ZodType<Size>,
): readonly DraftSize[] {
  return [...entries].flatMap(([name, entry]) => {
    const size = read(schema, entry, [of]);
    return size === undefined ? [] : { path: [block, name, of], size, of };
  });
}
