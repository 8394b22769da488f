/** A random stack that is right: any machines, teams and services, with room for all replicas in every pool. */
import type { Machine } from "../../../platform/contracts/cloud.ts";
import { cloudFacts } from "../../../platform/facts/clouds.ts";
import { environments } from "../../../platform/spec/environments.ts";
import type { PlatformSpec, PoolSpec, ServiceSpec } from "../../../platform/spec/schema.ts";
import { showMebibytes } from "../../../platform/units.ts";
import { type Draw, onceIn, pick, shuffled, someOf, upTo } from "./draw.ts";

export interface Sample {
  readonly spec: PlatformSpec;
  /** By `<team>/<name>`. */
  readonly files: Readonly<Record<string, ServiceSpec>>;
  readonly services: readonly SampleService[];
}

/** What a mutation needs to know of a service. */
export interface SampleService {
  readonly name: string;
  readonly team: string;
  readonly from: string;
  /** Pool that it surely runs on, because its placement names it. */
  readonly pool: string | undefined;
  readonly file: ServiceSpec;
  readonly gpus: number;
}

export const specFile = "stacks/sample.yaml";

/** The file of the service `<team>/<name>`. */
export function fileOf(from: string): string {
  return `services/${from}.yaml`;
}

const { machines } = cloudFacts.local;
const names = {
  pools: ["cpu", "constructor", "burst"],
  teams: ["vision", "to-string", "flowers"],
  services: ["iris", "value-of", "resnet50"],
};

interface SamplePool {
  readonly name: string;
  readonly machineName: string;
  readonly machine: Machine;
}

export function sampleOf(draw: Draw): Sample {
  const environment = pick(draw, ["dev", "staging", "prod"] as const);
  const pools = someOf(draw, names.pools).map((name): SamplePool => {
    const machineName = pick(draw, Object.keys(machines));
    const machine = machines[machineName];
    if (machine === undefined) throw new Error(`no machine ${machineName}`);
    return { name, machineName, machine };
  });
  const teams = someOf(draw, names.teams).map((name) => ({
    name,
    pools: shuffled(draw, someOf(draw, pools)),
  }));
  const placed = (onceIn(draw, 8) ? [] : someOf(draw, names.services)).map((name) => {
    const team = pick(draw, teams);
    const pool = pick(draw, team.pools);
    const replicas = environments[environment].minReplicas + upTo(draw, 2);
    const file = serviceOf(draw, name, team.name, pool.machine);
    const explicit = onceIn(draw, 2) ? pool.name : undefined;
    return {
      name,
      team: team.name,
      from: `${team.name}/${name}`,
      pool: explicit,
      replicas,
      file,
      gpus: file.gpu?.count ?? 0,
    };
  });
  const replicas = placed.reduce((sum, service) => sum + service.replicas, 0);
  const common = {
    version: 1,
    kind: "platform",
    name: "sample",
    cloud: "local",
    environment,
    owner: "ml-platform",
    costCenter: pick(draw, ["none", "4711", "a-1"]),
    ...(onceIn(draw, 3) && { policy: { waivers: [waiverOf(draw)] } }),
  } as const;
  const boundsOf = (team: string) => ({
    gpus: placed.reduce(
      (sum, service) => sum + (service.team === team ? service.gpus * service.replicas : 0),
      upTo(draw, 2),
    ),
    modelPrefix: `${team}/`,
  });
  const files = Object.fromEntries(placed.map(({ from, file }) => [from, file]));
  if (onceIn(draw, 4)) {
    const services = placed.map(({ pool, ...service }) => ({ ...service, pool: undefined }));
    const spec: PlatformSpec = {
      ...common,
      kubernetes: { use: { context: "kind-mine", modelStore: "s3://models/here" } },
      teams: Object.fromEntries(teams.map(({ name }) => [name, boundsOf(name)])),
      services: Object.fromEntries(
        services.map(({ name, from, replicas }) => [
          name,
          { from, replicas: sizeOf(draw, replicas) },
        ]),
      ),
    };
    return { spec, files, services };
  }
  const spec: PlatformSpec = {
    ...common,
    kubernetes: { version: "1.36" },
    pools: Object.fromEntries(
      pools.map((pool) => [pool.name, poolOf(draw, pool, replicas + upTo(draw, 2))]),
    ),
    teams: Object.fromEntries(
      teams.map(({ name, pools }) => [
        name,
        { pools: pools.map((pool) => pool.name), ...boundsOf(name) },
      ]),
    ),
    services: Object.fromEntries(
      placed.map(({ name, from, replicas, pool }) => [
        name,
        { from, replicas: sizeOf(draw, replicas), ...(pool && { pool }) },
      ]),
    ),
  };
  return { spec, files, services: placed };
}

/** A team that any stack of the kind of `spec` may have. */
export function anyTeam({ pools }: PlatformSpec): string {
  const [pool] = Object.keys(pools ?? {});
  return `{ ${pool === undefined ? "" : `pools: [${pool}], `}gpus: 0, modelPrefix: x/ }`;
}

/** A fixed size, now and then as bounds that are equal. */
function sizeOf(draw: Draw, count: number): PoolSpec["nodes"] {
  return onceIn(draw, 4) ? { min: count, max: count } : count;
}

function poolOf(draw: Draw, { machineName, machine }: SamplePool, nodes: number): PoolSpec {
  const least = { cpu: machine.cpu, memory: showMebibytes(machine.memoryMiB) };
  const { gpu } = machine;
  const wishes: readonly Pick<PoolSpec, "machine" | "gpu">[] = gpu
    ? [
        { gpu: { ...gpu } },
        { machine: machineName, gpu: { ...gpu } },
        { machine: machineName },
        { machine: least, gpu: { ...gpu } },
      ]
    : [{ machine: machineName }, { machine: least }];
  return {
    ...pick(draw, wishes),
    nodes: sizeOf(draw, nodes),
    ...(onceIn(draw, 4) && { labels: { tier: "gold", "example.com/zone": "" } }),
    ...(onceIn(draw, 4) && {
      taints: [
        {
          key: "tier",
          value: "gold",
          effect: pick(draw, ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const),
        },
      ],
    }),
  };
}

/** A service whose replica fits an empty node of `machine`. */
function serviceOf(
  draw: Draw,
  name: string,
  team: string,
  { cpu, memoryMiB, gpu }: Machine,
): ServiceSpec {
  const model = {
    path: `${team}/${name}/${1 + upTo(draw, 3)}`,
    size: pick(draw, ["1MiB", "700MiB", "4GiB", "20GiB"]),
  };
  const common = {
    ...(gpu && { gpu: { model: gpu.model, count: 1 + upTo(draw, gpu.count - 1) } }),
    resources: {
      cpu: pick(draw, [0.1, 0.25, 1, cpu]),
      memory: pick(draw, ["1280MiB", "2GiB", showMebibytes(memoryMiB)]),
    },
    requestTimeout: pick(draw, ["1s", "30s", "5m", "1h"]),
  };
  if (onceIn(draw, 2)) return { server: "triton", model, ...common };
  const digest = onceIn(draw, 2) ? `@sha256:${"0f".repeat(32)}` : "";
  const image = `registry.example/team/${name}:1.0.${upTo(draw, 9)}${digest}`;
  return { server: "fastapi", image, ...(onceIn(draw, 2) && { model }), ...common };
}

function waiverOf(draw: Draw) {
  return {
    rule: "wl-image-digest",
    resource: "vision/resnet50",
    until: pick(draw, ["2027-01-31", "2028-02-29"]),
    owner: "ml-platform",
    why: "the digest is not published yet",
  };
}
