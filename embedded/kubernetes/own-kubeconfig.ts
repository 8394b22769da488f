/** The kubeconfig of whoever runs a command, found and put together as kubectl does. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { Failure } from "../failure.ts";
import { checkoutState } from "../paths.ts";
import { KubernetesClient } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import { parsedKubeconfig } from "./kubeconfig.ts";
import { isRecord, readList, readString, readStrings } from "./objects.ts";

/**
 * Files that KUBECONFIG lists, else `~/.kube/config`; as absolute paths, whether they exist or not. Those of embedded stacks
 * are nobody's own: `npm run env` has put them there.
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig (checked 2026-11)
 */
export function ownKubeconfigFiles(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const listed = (environment["KUBECONFIG"] ?? "")
    .split(delimiter)
    .filter((file) => file !== "")
    .map((file) => resolve(file))
    .filter((file) => !file.startsWith(join(checkoutState(), "/")));
  return listed.length > 0 ? listed : [join(homedir(), ".kube", "config")];
}

/**
 * The client of a context in one's own kubeconfig. Nothing is sent yet.
 * @throws Failure when there is no such context, naming those that there are
 */
export function ownClient(
  context: string,
  options: Pick<ClientOptions, "onWarning"> = {},
  files: readonly string[] = ownKubeconfigFiles(),
): KubernetesClient {
  const { text, title } = mergedKubeconfig(files);
  return KubernetesClient.fromText(text, { ...options, context, title });
}

/** One kubeconfig made of several files, and what to call it in errors. */
export interface MergedKubeconfig {
  readonly text: string;
  readonly title: string;
}

const sections = ["clusters", "users", "contexts"] as const;

/**
 * The files as one: of entries with the same name the first counts, and files that do not exist are passed over.
 * @throws Failure when none of them exists, or one is not a kubeconfig
 */
export function mergedKubeconfig(files: readonly string[]): MergedKubeconfig {
  const title = files.join(", ");
  const found = files.flatMap((file) => {
    const text = readIfThere(file);
    return text === undefined ? [] : [absolute(parsedKubeconfig(text, file), dirname(file))];
  });
  if (found.length === 0) {
    throw new Failure(`there is no kubeconfig at ${title}; fix: set KUBECONFIG to the file`);
  }
  const merged = Object.fromEntries(
    sections.map((section) => [section, firstOfName(found.flatMap((file) => file[section]))]),
  );
  const current = found.map((file) => file.current).find((name) => name !== "");
  const text = JSON.stringify({ ...merged, "current-context": current ?? "" });
  return { text, title };
}

interface Parts extends Readonly<Record<(typeof sections)[number], readonly unknown[]>> {
  readonly current: string;
}

/** Keys of clusters and users whose value is a path from the file's folder on. */
const paths = ["certificate-authority", "client-certificate", "client-key", "token-file"];

function absolute(file: unknown, folder: string): Parts {
  const entries = (section: string, kind: string) =>
    readList(file, section).map((entry) => {
      if (!isRecord(entry) || !isRecord(entry[kind])) return entry;
      return { ...entry, [kind]: withPaths(entry[kind], folder) };
    });
  return {
    clusters: entries("clusters", "cluster"),
    users: entries("users", "user"),
    contexts: readList(file, "contexts"),
    current: readString(file, "current-context") ?? "",
  };
}

function withPaths(settings: Readonly<Record<string, unknown>>, folder: string): object {
  const found = Object.entries(readStrings(settings)).filter(([key]) => paths.includes(key));
  return {
    ...settings,
    ...Object.fromEntries(found.map(([key, path]) => [key, resolve(folder, path)])),
  };
}

function firstOfName(entries: readonly unknown[]): readonly unknown[] {
  const byName = new Map<unknown, unknown>();
  for (const entry of entries) {
    const name = readString(entry, "name");
    if (!byName.has(name)) byName.set(name, entry);
  }
  return [...byName.values()];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`the kubeconfig ${file} cannot be read: ${why}`);
  }
}
