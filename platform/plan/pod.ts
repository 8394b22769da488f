/** The one place that turns a server's facts and a service's wishes into a pod. */
import type { ModelServer, PortName } from "../contracts/server.ts";
import { gpuResource } from "../facts/gpus.ts";
import type { ServiceSpec } from "../spec/schema.ts";
import { cpuQuantity, memoryQuantity, seconds } from "../units.ts";
import { downloaderNeeds, modelVolumeMiB, type Needs, scratchMiB, serverNeeds } from "./needs.ts";
import type { NodeTerms } from "./nodes.ts";
import type { ContainerPlan, Labels, PodPlan, Probe, VolumePlan } from "./plan.ts";
import { type StartTimes, startupPeriodSeconds } from "./timing.ts";

export interface PodWishes {
  readonly name: string;
  readonly spec: ServiceSpec;
  readonly server: ModelServer;
  readonly image: string;
  readonly nodes: NodeTerms;
  /** Labels by which pods of this service are spread. */
  readonly selector: Labels;
  /** Address of the model, and the image that loads it from there, when the service has one. */
  readonly model: { readonly uri: string; readonly downloader: string } | undefined;
  readonly times: StartTimes;
}

export function planPod(wishes: PodWishes): PodPlan {
  const { spec, server, nodes, selector } = wishes;
  const drainSeconds = drainOf(wishes);
  return {
    terminationGracePeriodSeconds: server.drain.preStopSeconds + drainSeconds + graceMarginSeconds,
    automountServiceAccountToken: false,
    enableServiceLinks: false, // a Service named like the server would inject its settings, e.g. VLLM_PORT
    nodeSelector: nodes.nodeSelector,
    tolerations: nodes.tolerations,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: server.user.uid,
      runAsGroup: server.user.gid,
      fsGroup: server.user.gid,
      seccompProfile: { type: "RuntimeDefault" },
    },
    initContainers: wishes.model === undefined ? [] : [downloader(wishes.model, server, spec)],
    containers: [serverContainer(wishes, drainSeconds)],
    volumes: volumes(wishes),
  };
}

/** The grace period outlasts the drain by this much, so that the kubelet never cuts a drain short. */
const graceMarginSeconds = 5;

/** Requests under way get their full time, and the server at least what it needs to end. */
function drainOf({ server, spec }: PodWishes): number {
  return Math.max(seconds(spec.requestTimeout), server.drain.exitSeconds);
}

const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const satisfies ContainerPlan["securityContext"];

function serverContainer(wishes: PodWishes, drainSeconds: number): ContainerPlan {
  const { name, spec, server } = wishes;
  const launch = server.command({ name, mount: server.model.mount, drainSeconds });
  return {
    name: "server",
    image: wishes.image,
    imagePullPolicy: "IfNotPresent",
    ...(launch.command && { command: launch.command }),
    args: launch.args,
    env: Object.entries(launch.env).map(([key, value]) => ({ name: key, value })),
    ports: portsOf(server).map(({ name, port }) => ({ name, containerPort: port })),
    resources: resources(serverNeeds(spec)),
    securityContext: hardened,
    volumeMounts: [
      { name: "shm", mountPath: "/dev/shm" },
      ...server.writablePaths.map((path) => ({ name: scratchName(path), mountPath: path })),
      ...(spec.model ? [{ name: "model", mountPath: server.model.mount, readOnly: true }] : []),
    ],
    ...probes(wishes),
    lifecycle: { preStop: { sleep: { seconds: server.drain.preStopSeconds } } },
  };
}

/** The server's ports by name, in the order a person expects. */
export function portsOf(server: ModelServer): readonly { name: PortName; port: number }[] {
  const order: readonly PortName[] = ["http", "grpc", "metrics"];
  return order.flatMap((name) => {
    const port = server.ports[name];
    return port === undefined ? [] : [{ name, port }];
  });
}

/**
 * Memory is both request and limit, or a neighbour's peak would kill the server. CPU has no limit: throttling a server
 * that shares its node with nobody only adds latency.
 */
function resources(needs: Needs): ContainerPlan["resources"] {
  const bounded = {
    memory: memoryQuantity(needs.memoryMiB),
    "ephemeral-storage": memoryQuantity(needs.ephemeralMiB),
    ...(needs.gpus > 0 && { [gpuResource]: String(needs.gpus) }),
  };
  return { requests: { cpu: cpuQuantity(needs.milliCpu / 1000), ...bounded }, limits: bounded };
}

/** Startup owns the load time; liveness never runs before it, and never looks at the model. */
function probes({ server, times }: PodWishes) {
  const probe = (path: string, periodSeconds: number, failureThreshold: number): Probe => ({
    httpGet: { path, port: "http" },
    periodSeconds,
    timeoutSeconds: 5,
    failureThreshold,
  });
  return {
    startupProbe: probe(server.health.startup, startupPeriodSeconds, times.startupFailureThreshold),
    readinessProbe: probe(server.health.ready, 5, 3),
    livenessProbe: probe(server.health.live, 10, 6),
  };
}

/** Copies the model into the pod before the server starts; the same way for every server and cloud. */
function downloader(
  { uri, downloader }: NonNullable<PodWishes["model"]>,
  server: ModelServer,
  spec: ServiceSpec,
): ContainerPlan {
  return {
    name: "model",
    image: downloader,
    imagePullPolicy: "IfNotPresent",
    args: [uri, server.model.mount],
    env: [],
    resources: resources(downloaderNeeds(spec)),
    securityContext: hardened,
    volumeMounts: [
      { name: "model", mountPath: server.model.mount },
      { name: scratchName("/tmp"), mountPath: "/tmp" },
    ],
  };
}

function volumes({ spec, server }: PodWishes): VolumePlan[] {
  const scratch = new Set([...server.writablePaths, ...(spec.model ? ["/tmp"] : [])]);
  return [
    {
      name: "shm",
      emptyDir: { medium: "Memory", sizeLimit: memoryQuantity(server.sharedMemoryMiB) },
    },
    ...[...scratch].map((path) => ({
      name: scratchName(path),
      emptyDir: { sizeLimit: memoryQuantity(scratchMiB) },
    })),
    ...(spec.model
      ? [{ name: "model", emptyDir: { sizeLimit: memoryQuantity(modelVolumeMiB(spec)) } }]
      : []),
  ];
}

/** `/var/cache/x` -> `scratch-var-cache-x`. */
function scratchName(path: string): string {
  return `scratch${path.replaceAll("/", "-")}`;
}
