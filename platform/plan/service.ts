/** Plans one service whose nodes are known. */
import type { ModelServer } from "../contracts/server.ts";
import { imageReference } from "../facts/images.ts";
import { recommendedLabels, teamLabel } from "../facts/kubernetes.ts";
import { servers } from "../facts/servers/index.ts";
import type { Draft } from "../spec/draft.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import { mebibytes } from "../units.ts";
import type { Judgement } from "./judgement.ts";
import { modelStoreOf } from "./model-store.ts";
import { type Nodes, nodeTerms } from "./nodes.ts";
import type { Labels, NetworkPlan, ServicePlan } from "./plan.ts";
import { type PodWishes, planPod, portsOf } from "./pod.ts";
import { planRollout } from "./rollout.ts";
import { startTimes } from "./timing.ts";

export interface PlacedService {
  readonly name: string;
  readonly team: string;
  readonly replicas: number;
  readonly spec: ServiceSpec;
  readonly nodes: Nodes;
  /** Whether pool and quota have room for one more replica during a rollout. */
  readonly spare: boolean;
}

export function planService(
  { name, team, replicas, spec, nodes, spare }: PlacedService,
  draft: Draft,
  labels: Labels,
  judge: Judgement,
): ServicePlan {
  const server: ModelServer = servers[spec.server];
  const selector = { [recommendedLabels.name]: name };
  const times = startTimes(server, spec.model ? mebibytes(spec.model.size) : 0);
  const image = pinned(imageOf(spec), draft, judge);
  const model = modelOf(spec, draft, judge);
  const terms = nodeTerms(nodes, spec);
  const pod = planPod({ name, spec, server, image, nodes: terms, selector, model, times });
  const pool = nodes.kind === "pool" ? nodes.pool.name : undefined;
  if (!spare) {
    judge.note(
      `services.${name}: ${pool === undefined ? "" : `pool ${pool} or `}the quota of team ${team} has no room for an extra pod, so a rollout stops one before it starts the next`,
    );
  }
  return {
    name,
    namespace: team,
    server: spec.server,
    pool,
    replicas,
    labels: {
      ...labels,
      ...selector,
      [recommendedLabels.component]: "model-server",
      [teamLabel]: team,
    },
    selector,
    ports: portsOf(server),
    pod,
    rollout: planRollout(replicas, spare, terms, pod, times),
    network: networkOf(server, model?.port),
    ...(spec.example && { example: spec.example }),
  };
}

/** The team's own image where the service file names one, else the server's. */
function imageOf(spec: ServiceSpec): string {
  return "image" in spec ? spec.image : imageReference(servers[spec.server].image.image);
}

/** An image with its digest: the reference's own, or that of what was built on this machine. */
function pinned(reference: string, { site }: Draft, judge: Judgement): string {
  if (reference.includes("@")) return reference;
  const digest = site.images[reference];
  if (digest !== undefined) return `${reference}@${digest}`;
  judge.miss(`digest of ${reference}`);
  return reference;
}

/** The model's address and how it is loaded from there, when the service has a model. */
function modelOf({ model }: ServiceSpec, draft: Draft, judge: Judgement): ModelWishes | undefined {
  const store = modelStoreOf(draft);
  if (!model || !store) return undefined;
  return {
    uri: `${store.url}/${model.path}${store.archive ?? ""}`,
    downloader: pinned(imageReference(store.downloader), draft, judge),
    port: store.port,
  };
}

interface ModelWishes extends NonNullable<PodWishes["model"]> {
  /** Port of the model store. */
  readonly port: number;
}

function networkOf(server: ModelServer, modelStorePort: number | undefined): NetworkPlan {
  const ports = portsOf(server);
  const metrics = ports.find(({ name }) => name === "metrics")?.port ?? server.ports.http;
  return {
    clientPorts: ports.filter(({ name }) => name !== "metrics").map(({ port }) => port),
    metricsPorts: [metrics],
    ...(modelStorePort !== undefined && { modelStorePort }),
  };
}
