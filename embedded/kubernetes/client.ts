/**
 * The one client for the Kubernetes API: plain objects, server-side apply, and errors in the API's own words.
 * Paths are the API's own, for example `/api/v1/namespaces/vision/pods`; `pathOf` finds them by discovery.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type ApplyOptions,
  type CallOptions,
  type ClientOptions,
  type ListOptions,
  type LogOptions,
  type PatchOptions,
  patchTypes,
  type RemoveOptions,
  type WriteOptions,
} from "./client-options.ts";
import { Discovery, pathIn, type ServedKind } from "./discovery.ts";
import { type Connection, connectionOf } from "./kubeconfig.ts";
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
