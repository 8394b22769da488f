/** Reads a stack's spec and the service files it names. The only part of the core that touches the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { emptySite, type Site } from "../contracts/site.ts";
import type { Issue } from "../issue.ts";
import { listOf, nearest } from "../names.ts";
import { clusterKindOf } from "./cluster-kind.ts";
import type { Draft, ServiceFile } from "./draft.ts";
import { type Path, pathText, valueAt } from "./path.ts";
import { draftOf, serviceFileOf, serviceFilesNamed } from "./read-draft.ts";
import { cloudSchema, platformSchema, serviceSchema, undecidedServiceSchema } from "./schema.ts";
import { secretIssues } from "./secret-issues.ts";
import { shapeIssues } from "./shape-issues.ts";
import { parseSource, type Source } from "./source.ts";

export interface Loaded {
  readonly draft: Draft;
  readonly issues: readonly Issue[];
}

/** Gives the text of a file below the checkout, or `undefined` when there is none. */
export type ReadText = (file: string) => string | undefined;

/**
 * Reads `stacks/<specFile>` and its services.
 * @param root the checkout
 * @param site what the stack has on this machine
 */
export function loadStack(root: string, specFile: string, site: Site = emptySite): Loaded {
  return loadFrom(`stacks/${specFile}`, readBelow(root), serviceNames(root), site);
}

function readBelow(root: string): ReadText {
  return (file) => {
    try {
      return readFileSync(join(root, file), "utf8");
    } catch {
      return undefined;
    }
  };
}

/** `<team>/<name>` of every service file, to suggest the nearest one. */
function serviceNames(root: string): readonly string[] {
  try {
    return readdirSync(join(root, "services"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => file.slice(0, -".yaml".length))
      .toSorted();
  } catch {
    return [];
  }
}

/** As `loadStack`, over any files; a broken service file never hides a broken spec, nor the other way round. */
export function loadFrom(
  file: string,
  read: ReadText,
  services: readonly string[],
  site: Site = emptySite,
): Loaded {
  const text = read(file);
  const source = parseSource(file, text ?? "");
  if (text === undefined)
    return { draft: draftOf(source, new Map(), site), issues: [noSpec(source)] };
  const cloud = cloudSchema.safeParse(valueAt(source.value, ["cloud"])).data;
  const schema = platformSchema(cloud, clusterKindOf(source.value));
  const files = readServices(source, read, services);
  return {
    draft: draftOf(source, files.services, site),
    issues: [...issuesOf(source, schema), ...files.issues],
  };
}

function noSpec(source: Source): Issue {
  return {
    code: "file-not-found",
    at: source.at([]),
    path: "",
    problem: "there is no such file",
    allowed: "a spec stands in stacks/, named by inference-platform:spec of the stack's settings",
    fix: "correct the name in stacks/Pulumi.<stack>.yaml, or write the spec",
  };
}

/** Everything that is wrong with one file. Where a secret stands, its form is beside the point. */
function issuesOf(source: Source, schema: z.ZodType): readonly Issue[] {
  const secrets = secretIssues(source);
  const places = new Set(secrets.map(({ path }) => path).filter((path) => path !== ""));
  const shape = shapeIssues(schema, source).filter(({ path }) => !places.has(path));
  return [...source.issues, ...shape, ...secrets];
}

interface ServiceFiles {
  readonly services: ReadonlyMap<string, ServiceFile>;
  readonly issues: readonly Issue[];
}

/** Reads each service file once, however often the stack places it. */
function readServices(source: Source, read: ReadText, known: readonly string[]): ServiceFiles {
  const services = new Map<string, ServiceFile>();
  const issues: Issue[] = [];
  for (const { path, from } of serviceFilesNamed(source.remains)) {
    if (services.has(from)) continue;
    const file = `services/${from}.yaml`;
    const text = read(file);
    if (text === undefined) {
      issues.push(noService(source, path, from, known));
    } else {
      const loaded = loadService(parseSource(file, text));
      services.set(from, loaded.file);
      issues.push(...loaded.issues);
    }
  }
  return { services, issues };
}

function noService(source: Source, path: Path, from: string, known: readonly string[]): Issue {
  const meant = nearest(from, known);
  return {
    code: "file-not-found",
    at: source.at(path),
    path: pathText(path),
    problem: `got ${JSON.stringify(from)}, but there is no file services/${from}.yaml`,
    allowed: `the services are ${listOf(known)}`,
    fix: meant ? `write ${JSON.stringify(meant)}` : `write services/${from}.yaml`,
  };
}

function loadService(source: Source): { file: ServiceFile; issues: readonly Issue[] } {
  const server = undecidedServiceSchema.shape.server.safeParse(valueAt(source.value, ["server"]));
  if (!server.success) {
    return {
      file: serviceFileOf(source, undefined),
      issues: issuesOf(source, undecidedServiceSchema),
    };
  }
  const schema = serviceSchema(server.data);
  return {
    file: serviceFileOf(source, schema.safeParse(source.value).data),
    issues: issuesOf(source, schema),
  };
}
