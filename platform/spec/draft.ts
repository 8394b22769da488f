/**
 * What could be read of a stack's files. Every key that parses is here even when its neighbour does not, so that form and
 * meaning are reported together; the plan stays silent about what is unclear.
 */
import type { CloudName } from "../contracts/cloud.ts";
import type { Site } from "../contracts/site.ts";
import type { Environment } from "./environments.ts";
import type { Path } from "./path.ts";
import type {
  ExistingCluster,
  PlacedService,
  PoolSpec,
  ServiceSpec,
  Size,
  TeamSpec,
  Waiver,
} from "./schema.ts";
import type { Source } from "./source.ts";

/** Stands for a value that nobody can make out: it does not parse, or a misspelt key may have been meant for it. */
export const unclear: unique symbol = Symbol("unclear");

export type Unclear = typeof unclear;

/** A block, key by key. */
export type Reading<Block> = {
  readonly [Key in keyof Required<Block>]: Block[Key] | Unclear;
};

export type Entries<T> = ReadonlyMap<string, T>;

export interface Draft {
  readonly source: Source;
  readonly site: Site;
  readonly name: string | undefined;
  readonly cloud: CloudName | undefined;
  readonly environment: Environment | undefined;
  readonly owner: string | undefined;
  readonly costCenter: string | undefined;
  /** `undefined` when nobody can say which kind of cluster is meant. */
  readonly cluster: DraftCluster | undefined;
  /** `undefined` when the block itself is missing or no block, so that nobody can say which names exist. */
  readonly pools: Entries<DraftPool> | undefined;
  readonly teams: Entries<DraftTeam> | undefined;
  readonly services: Entries<DraftService>;
  /** Every size that parses. */
  readonly sizes: readonly DraftSize[];
  readonly waivers: readonly Waiver[];
}

export type DraftCluster =
  | { readonly kind: "embedded"; readonly version: string | Unclear }
  | ({ readonly kind: "existing" } & Reading<ExistingCluster>);

export type DraftPool = Reading<PoolSpec>;

export interface DraftTeam extends Omit<Reading<TeamSpec>, "pools"> {
  readonly pools: readonly (string | Unclear)[] | Unclear;
}

/** A number or bounds, and what they count. */
export interface DraftSize {
  readonly path: Path;
  readonly size: Size;
  readonly of: "nodes" | "replicas";
}

/** A service as the stack places it, with what its own file says. */
export interface DraftService extends Reading<PlacedService> {
  /** Name of the team, which is the folder of the service's file. */
  readonly team: string | undefined;
  /** `undefined` when there is no such file. */
  readonly file: ServiceFile | undefined;
}

export interface ServiceFile {
  readonly source: Source;
  /** `undefined` when the file has problems of form. */
  readonly spec: ServiceSpec | undefined;
  /** What can be judged by itself, whatever the rest of the file is like. */
  readonly parts: {
    readonly server: ServiceSpec["server"] | undefined;
    readonly modelPath: string | undefined;
    readonly memory: string | undefined;
    readonly requestTimeout: string | undefined;
  };
}
