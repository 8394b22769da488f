/**
 * From a kubeconfig to what a request needs. The library's whole KubeConfig costs 0.6 s and 80 MB to load, because it brings
 * every generated API class along; its parser alone costs 6 ms. So tokens and certificates go by the parser, and only a
 * user with a credential plugin, an impersonation or a proxy loads the whole.
 */
import { readFileSync } from "node:fs";
import { Agent, type RequestOptions } from "node:https";
import { resolve } from "node:path";
import {
  type Cluster,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";
import { Failure } from "../failure.ts";
import { isRecord, readString } from "./objects.ts";

/** How to reach one API server as one user. */
export interface Connection {
  /** For example `https://127.0.0.1:6443`. */
  readonly server: URL;
  /** Agent, TLS settings and credentials for the next request; short-lived credentials are renewed when they expire. */
  options(): Promise<RequestOptions>;
}

/** Which of a kubeconfig's contexts to use, and how to speak of the file. */
export interface KubeconfigOptions {
  /** @default - the file's current-context */
  readonly context?: string | undefined;
  /** Where relative paths in the file start. @default - the working directory */
  readonly folder?: string | undefined;
  /** Names the file in errors. @default "kubeconfig" */
  readonly title?: string | undefined;
}

/** Sockets to one API server at once; it serves 400 requests at a time. */
const maxSockets = 32;

/**
 * The connection of a kubeconfig's context.
 * @throws Failure when the text is not a kubeconfig, or the context, its cluster or its user is not in it
 */
export function connectionOf(text: string, options: KubeconfigOptions = {}): Connection {
  const title = options.title ?? "kubeconfig";
  const { cluster, user, context } = select(text, title, options.context);
  const server = new URL(cluster.server);
  if (server.protocol !== "https:") {
    throw new Failure(
      `${title}: server of cluster "${cluster.name}" is ${cluster.server}; it must start with https://`,
    );
  }
  const folder = options.folder ?? process.cwd();
  const special = Boolean(
    user.exec || user.authProvider || user.impersonateUser || cluster.proxyUrl,
  );
  return {
    server,
    options: special ? pluginOptions(text, context, folder) : plainOptions(cluster, user, folder),
  };
}

interface Selection {
  readonly cluster: Cluster;
  readonly user: User;
  readonly context: string;
}

function select(text: string, title: string, wanted: string | undefined): Selection {
  const file = parsedKubeconfig(text, title);
  try {
    const contexts = newContexts(file["contexts"]);
    const name = wanted ?? readString(file, "current-context") ?? "";
    const context = named(contexts, name, "context");
    return {
      cluster: named(newClusters(file["clusters"]), context.cluster, "cluster"),
      user: named(newUsers(file["users"]), context.user, "user"),
      context: name,
    };
  } catch (error) {
    throw new Failure(`${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The content of a kubeconfig.
 * @throws Failure when it is none; the error quotes nothing of the text, which holds secrets
 */
export function parsedKubeconfig(text: string, title: string): Readonly<Record<string, unknown>> {
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Failure(`${title}: ${first.replace(/:$/, "")}`);
  }
  if (isRecord(file)) return file;
  throw new Failure(`${title}: this is no kubeconfig`);
}

function named<T extends { readonly name: string }>(
  entries: readonly T[],
  name: string,
  what: string,
): T {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const known = entries.map((entry) => entry.name).join(", ") || "none";
  throw new Error(`no ${what} is named "${name}"; there are: ${known}`);
}

function plainOptions(cluster: Cluster, user: User, folder: string): () => Promise<RequestOptions> {
  const pem = (data: string | undefined, file: string | undefined): Buffer | undefined => {
    if (data) return Buffer.from(data, "base64");
    return file ? readFileSync(resolve(folder, file)) : undefined;
  };
  const agent = new Agent({
    keepAlive: true,
    maxSockets,
    rejectUnauthorized: !cluster.skipTLSVerify,
    ...given("ca", pem(cluster.caData, cluster.caFile)),
    ...given("cert", pem(user.certData, user.certFile)),
    ...given("key", pem(user.keyData, user.keyFile)),
    ...given("servername", cluster.tlsServerName),
  });
  const headers: Record<string, string> = {};
  if (user.token) headers["authorization"] = `Bearer ${user.token}`;
  return () => Promise.resolve({ agent, headers: { ...headers } });
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const entry: Partial<Record<K, V>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}

function pluginOptions(
  text: string,
  context: string,
  folder: string,
): () => Promise<RequestOptions> {
  const loaded = import("@kubernetes/client-node/dist/config.js").then(({ KubeConfig }) => {
    const config = new KubeConfig();
    config.loadFromString(text);
    config.makePathsAbsolute(folder);
    config.setCurrentContext(context);
    return config;
  });
  loaded.catch(() => {}); // Told to whoever asks for the options.
  return async () => {
    const options: RequestOptions = { headers: {} };
    await (await loaded).applyToHTTPSOptions(options);
    return options;
  };
}

/** What a kubeconfig of the embedded control plane says. */
export interface KubeconfigFacts {
  /** Name of its context, cluster and user. */
  readonly name: string;
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  /** Bearer token of the user. */
  readonly token: string;
}

/** The text of a kubeconfig that needs no other file. JSON is YAML. */
export function kubeconfigText({ name, server, authority, token }: KubeconfigFacts): string {
  const data = Buffer.from(authority).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": data } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
