/** Where the services of a stack run, read from the Kubernetes API. */
import type { KubernetesClient } from "../embedded/kubernetes/client.ts";
import { isSimulated } from "../embedded/kubernetes/nodes.ts";
import {
  conditionOf,
  type KubernetesObject,
  readNumber,
  readString,
} from "../embedded/kubernetes/objects.ts";
import { recommendedLabels } from "../platform/facts/kubernetes.ts";
import type { PlatformPlan, ServicePlan } from "../platform/plan/plan.ts";
import { table } from "./table.ts";

export interface ServiceReport {
  readonly service: ServicePlan;
  readonly ready: number;
  readonly pods: readonly PodReport[];
}

export interface PodReport {
  readonly name: string;
  /** Empty while the pod waits for one. */
  readonly node: string;
  /** A simulated node runs no containers. */
  readonly simulated: boolean;
  readonly ready: boolean;
}

/** Asks the API for every service of `plan`. */
export async function readServices(
  plan: PlatformPlan,
  client: KubernetesClient,
): Promise<readonly ServiceReport[]> {
  const nodes = await client.list("/api/v1/nodes");
  const simulated = new Set(nodes.filter(isSimulated).map(({ metadata }) => metadata.name));
  return Promise.all(
    Object.values(plan.services).map((service) => readService(service, simulated, client)),
  );
}

async function readService(
  service: ServicePlan,
  simulated: ReadonlySet<string | undefined>,
  client: KubernetesClient,
): Promise<ServiceReport> {
  const { name, namespace } = service;
  const labelSelector = `${recommendedLabels.name}=${name}`;
  const deployment = await client.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  const pods = await client.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector });
  return {
    service,
    ready: readNumber(deployment, "status", "readyReplicas") ?? 0,
    pods: pods
      .filter((pod) => pod.metadata.deletionTimestamp === undefined)
      .map((pod) => podReport(pod, simulated)),
  };
}

function podReport(pod: KubernetesObject, simulated: ReadonlySet<string | undefined>): PodReport {
  const node = readString(pod, "spec", "nodeName") ?? "";
  return {
    name: pod.metadata.name ?? "",
    node,
    simulated: simulated.has(node),
    ready: conditionOf(pod, "Ready")?.status === "True",
  };
}

/** The services as a table, a line per pod. */
export function servicesText(reports: readonly ServiceReport[]): string {
  const header = ["SERVICE", "SERVER", "READY", "POD", "NODE", ""];
  return table([header, ...reports.flatMap(serviceRows)]);
}

function serviceRows({ service, ready, pods }: ServiceReport): readonly (readonly string[])[] {
  const { name, namespace, server, replicas } = service;
  const lead = [`${namespace}/${name}`, server, `${ready}/${replicas}`];
  const rows = pods.map((pod) => [
    pod.name,
    pod.node || "(waits for a node)",
    pod.simulated ? "simulated" : "",
  ]);
  return (rows.length > 0 ? rows : [["(no pod)", "", ""]]).map((row, index) =>
    index === 0 ? [...lead, ...row] : ["", "", "", ...row],
  );
}
