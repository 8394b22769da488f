/** Which kinds an API server serves, remembered, but never that one is missing. */
import { KubernetesError } from "./kubernetes-error.ts";
import { type ObjectReference, read, readList, readString } from "./objects.ts";

/** How the API serves a kind. */
export interface ServedKind {
  /** Its name in paths, for example `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

type Kinds = ReadonlyMap<string, ServedKind>;

/** The discovery of one API server. */
export class Discovery {
  readonly #fetch: (path: string) => Promise<unknown>;
  readonly #known = new Map<string, Promise<Kinds>>();

  constructor(fetch: (path: string) => Promise<unknown>) {
    this.#fetch = fetch;
  }

  /** How `kind` is served, or `undefined` when it is not; a kind not found is looked for anew at the next call. */
  async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const found = (await this.#known.get(apiVersion))?.get(kind);
    return found ?? (await this.#refresh(apiVersion)).get(kind);
  }

  #refresh(apiVersion: string): Promise<Kinds> {
    const fresh = this.#kindsOf(apiVersion);
    this.#known.set(apiVersion, fresh);
    fresh.catch(() => this.#known.delete(apiVersion));
    return fresh;
  }

  async #kindsOf(apiVersion: string): Promise<Kinds> {
    try {
      return kindsIn(await this.#fetch(rootOf(apiVersion)));
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return new Map();
      throw error;
    }
  }
}

/** Entries with a slash, such as `pods/log`, are subresources. */
function kindsIn(answer: unknown): Kinds {
  return new Map(
    readList(answer, "resources").flatMap((entry) => {
      const plural = readString(entry, "name");
      const kind = readString(entry, "kind");
      if (!plural || !kind || plural.includes("/")) return [];
      return [[kind, { plural, namespaced: read(entry, "namespaced") === true }]];
    }),
  );
}

/** The path of what `reference` names: an object, or without a name or namespace a collection. */
export function pathIn({ plural, namespaced }: ServedKind, reference: ObjectReference): string {
  const { apiVersion, name } = reference;
  const fallback = name === undefined ? undefined : "default";
  const namespace = namespaced ? (reference.namespace ?? fallback) : undefined;
  const parts = [rootOf(apiVersion)];
  if (namespace !== undefined) parts.push("namespaces", namespace);
  parts.push(plural);
  if (name !== undefined) parts.push(name);
  return parts.join("/");
}

/** The first API group had no name. */
function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
