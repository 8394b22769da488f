/** The cluster of one provider instance. */
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../../failure.ts";
import { KubernetesClient } from "../../kubernetes/client.ts";
import { isUnreachable } from "../../kubernetes/kubernetes-error.ts";
import { ownClient } from "../../kubernetes/own-kubeconfig.ts";
import type { Log } from "../resource-provider.ts";
import { reachHint } from "./refusal.ts";

/** How to reach a cluster. */
export interface ClusterConfig {
  /** Path or text of a kubeconfig; empty for that of whoever runs the provider. */
  readonly kubeconfig: string;
  /** @default - the kubeconfig's current context */
  readonly context: string | undefined;
}

/** The cluster of one provider instance. */
export interface Cluster {
  /** @throws Failure when the kubeconfig is not there, or is none */
  client(): KubernetesClient;
  /**
   * Does what only makes things better, such as checking a preview, while the API answers. Once it does not, the user is
   * warned, once, and nothing of the sort is tried again.
   */
  ifReachable<T>(act: (client: KubernetesClient) => Promise<T>): Promise<T | undefined>;
  /** Tells `log` what the API server warns of while `act` runs, each thing once. */
  hearingWarnings<T>(log: Log, act: () => Promise<T>): Promise<T>;
}

/** The cluster behind a kubeconfig; nothing is read or sent yet. `log` is for what concerns no single object. */
export function clusterOf({ kubeconfig, context }: ClusterConfig, log: Log): Cluster {
  const listeners = new AsyncLocalStorage<(warning: string) => void>();
  const options = { context, onWarning: (text: string) => listeners.getStore()?.(text) };
  let connected: KubernetesClient | undefined;
  let silent = false;
  const client = (): KubernetesClient => {
    connected ??= connect(kubeconfig, options);
    return connected;
  };
  return {
    client,
    async ifReachable(act) {
      if (silent) return undefined;
      try {
        return await act(client());
      } catch (error) {
        if (!isUnreachable(error) && !(error instanceof NoKubeconfig)) throw error;
        if (!silent) log.warning(`objects are not checked by the API: ${toldWithHint(error)}`);
        silent = true;
        return undefined;
      }
    },
    hearingWarnings(log, act) {
      const heard = new Set<string>();
      return listeners.run((text) => {
        if (!heard.has(text)) log.warning(text);
        heard.add(text);
      }, act);
    },
  };
}

/** The cluster has not been started, or its file is elsewhere. */
class NoKubeconfig extends Failure {}

function toldWithHint(error: Error): string {
  return error instanceof NoKubeconfig ? error.message : reachHint(error.message);
}

function connect(
  kubeconfig: string,
  options: { readonly context: string | undefined; readonly onWarning: (text: string) => void },
): KubernetesClient {
  if (kubeconfig === "") return ownClient(options.context ?? "", options);
  if (isText(kubeconfig)) return KubernetesClient.fromText(kubeconfig, options);
  const path = resolve(kubeconfig);
  if (existsSync(path)) return KubernetesClient.fromFile(path, options);
  throw new NoKubeconfig(reachHint(`there is no kubeconfig at ${path}`));
}

/** A kubeconfig's text has lines, or is JSON; a path is neither. */
function isText(kubeconfig: string): boolean {
  return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}
