/**
 * The one client for the Kubernetes API: plain objects, server-side apply, and errors in the API's own words.
 * Paths are the API's own, for example `/api/v1/namespaces/vision/pods`; `pathOf` finds them by discovery.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Discovery, pathIn, type ServedKind } from "./discovery.ts";
import { type Connection, connectionOf, type KubeconfigOptions } from "./kubeconfig.ts";
import { KubernetesError } from "./kubernetes-error.ts";
import {
  isKubernetesObject,
  isRecord,
  type KubernetesObject,
  type ObjectReference,
  readList,
  readString,
  referenceTo,
} from "./objects.ts";
import { type Answer, exchange, type Query } from "./transport.ts";

/** What any request may say. */
export interface CallOptions {
  /** How long to wait for the whole answer. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which objects of a list. */
export interface ListOptions extends CallOptions {
  /** For example `app=triton,tier!=test`. */
  readonly labelSelector?: string | undefined;
  /** For example `spec.nodeName=gpu-0`. */
  readonly fieldSelector?: string | undefined;
}

/** How a change is made. */
export interface WriteOptions extends CallOptions {
  /** Who owns the fields, for example `inference-platform`. */
  readonly fieldManager: string;
  /** The API server checks everything and changes nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** For example `status` or `scale`. @default - the object itself */
  readonly subresource?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers instead of failing with the reason `Conflict`. @default false */
  readonly force?: boolean | undefined;
}

export interface PatchOptions extends WriteOptions {
  /**
   * How the API server reads the body: `merge` (RFC 7386), `json` (a list of RFC 6902 steps), or `strategic`, which merges
   * lists by key and is for built-in kinds only. @default "merge"
   */
  readonly type?: keyof typeof patchTypes | undefined;
}

export interface RemoveOptions extends CallOptions {
  /** What happens to objects that this one owns. @default "Background" */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Remove only this very object, not one that took its name. A mismatch fails with the reason `Conflict`. */
  readonly uid?: string | undefined;
  /** Zero removes a pod at once, without its node's consent. @default - the object's own */
  readonly gracePeriodSeconds?: number | undefined;
  /** @default false */
  readonly dryRun?: boolean | undefined;
}

export interface LogOptions extends CallOptions {
  /** @default - the pod's only container */
  readonly container?: string | undefined;
  /** Only the last lines. @default - all */
  readonly tailLines?: number | undefined;
  /** Of the container's run before this one. @default false */
  readonly previous?: boolean | undefined;
}

export interface ClientOptions extends KubeconfigOptions {
  /** Hears what the API server warns of, for example a pod that breaks the namespace's security level. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

const patchTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
} as const;

/** Objects fetched at once by `list`; more come in further pages. */
const pageSize = 500;

/** Talks to one API server as one user. Every method throws `KubernetesError` when the server refuses or cannot be reached. */
export class KubernetesClient {
  readonly #connection: Connection;
  readonly #discovery: Discovery;
  readonly #onWarning: (text: string) => void;

  constructor(connection: Connection, options: Pick<ClientOptions, "onWarning"> = {}) {
    this.#connection = connection;
    this.#onWarning = options.onWarning ?? (() => {});
    this.#discovery = new Discovery((path) => this.#json("GET", path));
  }

  /**
   * The client of a kubeconfig file. Nothing is sent yet.
   * @throws Failure when the file is not a kubeconfig
   */
  static fromFile(path: string, options: ClientOptions = {}): KubernetesClient {
    const folder = dirname(resolve(path));
    return KubernetesClient.fromText(readFileSync(path, "utf8"), {
      folder,
      title: path,
      ...options,
    });
  }

  /** The client of a kubeconfig's text. @throws Failure when it is not a kubeconfig */
  static fromText(text: string, options: ClientOptions = {}): KubernetesClient {
    return new KubernetesClient(connectionOf(text, options), options);
  }

  /** For example `https://127.0.0.1:6443`. */
  get server(): string {
    return this.#connection.server.origin;
  }

  /** The object at `path`, or `undefined` when there is none. */
  async get(path: string, options: CallOptions = {}): Promise<KubernetesObject | undefined> {
    try {
      return objectIn(await this.#json("GET", path, options), `GET ${path}`);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The object that `reference` names, or `undefined` when there is none or its kind is not served. */
  async find(
    reference: ObjectReference,
    options: CallOptions = {},
  ): Promise<KubernetesObject | undefined> {
    const path = await this.pathOf(reference);
    return path === undefined ? undefined : this.get(path, options);
  }

  /** All objects of the collection at `path`, for example `/api/v1/nodes`. */
  async list(path: string, options: ListOptions = {}): Promise<readonly KubernetesObject[]> {
    const { labelSelector, fieldSelector } = options;
    const found: KubernetesObject[] = [];
    let next: string | undefined;
    do {
      const query = { labelSelector, fieldSelector, limit: pageSize, continue: next };
      const page = await this.#json("GET", path, { ...options, query });
      found.push(...itemsOf(page, `GET ${path}`));
      next = readString(page, "metadata", "continue");
    } while (next);
    return found;
  }

  /** Server-side apply: makes the object, or sets the fields given and drops those given last time and no more. */
  async apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
    const path = await this.#servedPath(object);
    return this.#write("PATCH", path, object, "application/apply-patch+yaml", {
      ...options,
      query: { force: options.force },
    });
  }

  /** Makes the object. An object that exists fails with the reason `AlreadyExists`. */
  async create(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    const { apiVersion, kind, namespace } = referenceTo(object);
    const path = await this.#servedPath(object, { apiVersion, kind, namespace });
    return this.#write("POST", path, object, "application/json", options);
  }

  /** Changes the object at `path`. */
  patch(path: string, body: unknown, options: PatchOptions): Promise<KubernetesObject> {
    return this.#write("PATCH", path, body, patchTypes[options.type ?? "merge"], options);
  }

  /**
   * Removes the object at `path`; finalizers and grace periods may keep it for a while.
   * Returns whether it was there.
   */
  async remove(path: string, options: RemoveOptions = {}): Promise<boolean> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: options.propagation ?? "Background",
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
      ...(options.gracePeriodSeconds === undefined
        ? {}
        : { gracePeriodSeconds: options.gracePeriodSeconds }),
      ...(options.dryRun ? { dryRun: ["All"] } : {}),
    };
    try {
      await this.#json("DELETE", path, { ...options, body, contentType: "application/json" });
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return false;
      throw error;
    }
  }

  /** What a container printed. */
  logs(namespace: string, pod: string, options: LogOptions = {}): Promise<string> {
    const { container, tailLines, previous } = options;
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    return this.text(path, { ...options, query: { container, tailLines, previous } });
  }

  /** Any answer as text, for example that of `/readyz`. */
  async text(
    path: string,
    options: CallOptions & { readonly query?: Query } = {},
  ): Promise<string> {
    return (await this.#send("GET", path, options)).body;
  }

  /**
   * The path of an object, or of a whole collection when the reference has no name or no namespace.
   * `undefined` when the API server does not serve the kind; asked again each time, because a CustomResourceDefinition may
   * come later in the same run.
   */
  async pathOf(reference: ObjectReference): Promise<string | undefined> {
    const kind = await this.served(reference.apiVersion, reference.kind);
    return kind && pathIn(kind, reference);
  }

  /** How the API serves a kind, or `undefined` when it does not. */
  served(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    return this.#discovery.find(apiVersion, kind);
  }

  async #servedPath(object: KubernetesObject, reference = referenceTo(object)): Promise<string> {
    const path = await this.pathOf(reference);
    if (path !== undefined) return path;
    throw new KubernetesError(
      `${object.kind} ${object.metadata.name}`,
      `the API server at ${this.server} does not serve ${object.apiVersion} ${object.kind}`,
      { reason: "KindNotServed" },
    );
  }

  async #write(
    method: "PATCH" | "POST",
    path: string,
    body: unknown,
    contentType: string,
    options: WriteOptions & { readonly query?: Query },
  ): Promise<KubernetesObject> {
    const target = options.subresource === undefined ? path : `${path}/${options.subresource}`;
    const query = {
      ...options.query,
      fieldManager: options.fieldManager,
      dryRun: options.dryRun ? "All" : undefined,
    };
    const answer = await this.#json(method, target, { ...options, query, body, contentType });
    return objectIn(answer, `${method} ${target}`);
  }

  async #json(method: string, path: string, options: SendOptions = {}): Promise<unknown> {
    const { body } = await this.#send(method, path, options);
    try {
      return JSON.parse(body);
    } catch (error) {
      throw notUnderstood(`${method} ${path}`, error);
    }
  }

  async #send(method: string, path: string, options: SendOptions): Promise<Answer> {
    const answer = await exchange(this.#connection, { ...options, method, path });
    answer.warnings.forEach(this.#onWarning);
    return answer;
  }
}

interface SendOptions extends CallOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
}

function objectIn(answer: unknown, request: string): KubernetesObject {
  if (isKubernetesObject(answer)) return answer;
  throw notUnderstood(request);
}

/** The items of a list do not say their kind; the list says it for them. */
function itemsOf(page: unknown, request: string): readonly KubernetesObject[] {
  const apiVersion = readString(page, "apiVersion");
  const kind = readString(page, "kind")?.replace(/List$/, "");
  return readList(page, "items").map((item) =>
    objectIn(isRecord(item) ? { apiVersion, kind, ...item } : item, request),
  );
}

function notUnderstood(request: string, cause?: unknown): KubernetesError {
  return new KubernetesError(request, "the answer is not a Kubernetes object", {
    reason: "NotUnderstood",
    cause,
  });
}
