/** Plans one service that has a pool. */
import type { ModelServer } from "../contracts/server.ts";
import { cloudFacts } from "../facts/clouds.ts";
import { type Image, imageReference } from "../facts/images.ts";
import { recommendedLabels, teamLabel } from "../facts/kubernetes.ts";
import { servers } from "../facts/servers/index.ts";
import type { Draft } from "../spec/draft.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import { mebibytes } from "../units.ts";
import type { Judgement } from "./judgement.ts";
import type { Labels, NetworkPlan, PoolPlan, ServicePlan } from "./plan.ts";
import { planPod, portsOf } from "./pod.ts";
import { planRollout } from "./rollout.ts";
import { startTimes } from "./timing.ts";

export interface PlacedService {
  readonly name: string;
  readonly team: string;
  readonly replicas: number;
  readonly spec: ServiceSpec;
  readonly pool: PoolPlan;
  /** Whether pool and quota have room for one more replica during a rollout. */
  readonly spare: boolean;
}

export function planService(
  { name, team, replicas, spec, pool, spare }: PlacedService,
  draft: Draft,
  labels: Labels,
  judge: Judgement,
): ServicePlan {
  const server: ModelServer = servers[spec.server];
  const selector = { [recommendedLabels.name]: name };
  const times = startTimes(server, spec.model ? mebibytes(spec.model.size) : 0);
  const image = imageOf(spec, judge);
  const model = modelOf(spec, draft);
  const pod = planPod({ name, spec, server, image, pool, selector, modelUri: model?.uri, times });
  if (!spare) {
    judge.note(
      `services.${name}: pool ${pool.name} or the quota of team ${team} has no room for an extra pod, so a rollout stops one before it starts the next`,
    );
  }
  return {
    name,
    namespace: team,
    server: spec.server,
    pool: pool.name,
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
    rollout: planRollout(replicas, spare, pool, pod, times),
    network: networkOf(server, model?.port),
    ...(spec.example && { example: spec.example }),
  };
}

/** The team's own image where the service file names one, else the server's. */
function imageOf(spec: ServiceSpec, judge: Judgement): string {
  if ("image" in spec) {
    if (!spec.image.includes("@")) judge.miss(`digest of ${spec.image}`);
    return spec.image;
  }
  const image: Image = servers[spec.server].image.image;
  if (image.digest === "unresolved") judge.miss(`digest of ${imageReference(image)}`);
  return imageReference(image);
}

/** Address of the model's folder and the port it is called on, when the service has a model. */
function modelOf({ model }: ServiceSpec, { cloud }: Draft) {
  if (!model || !cloud) return undefined;
  const { url, port } = cloudFacts[cloud].modelStore;
  return { uri: `${url}/${model.path}`, port };
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
