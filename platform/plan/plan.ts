/** What the platform decided: plain data, complete, with nothing left to choose. Components only build it. */
import type { CloudName } from "../contracts/cloud.ts";
import type { PortName } from "../contracts/server.ts";
import type { GpuModel } from "../facts/gpus.ts";
import type { ServerId } from "../facts/servers/index.ts";
import type { Environment } from "../spec/environments.ts";
import type { Waiver } from "../spec/schema.ts";

export interface PlatformPlan {
  readonly name: string;
  readonly cloud: CloudName;
  readonly environment: Environment;
  readonly cluster: ClusterPlan;
  /** Labels of everything the stack makes. */
  readonly labels: Labels;
  readonly pools: Readonly<Record<string, PoolPlan>>;
  readonly teams: Readonly<Record<string, TeamPlan>>;
  readonly services: Readonly<Record<string, ServicePlan>>;
  readonly waivers: readonly Waiver[];
  /** Facts that nobody has looked up yet, for example an image digest. */
  readonly unresolved: readonly string[];
  /** What a person may want to know of how intent was met. */
  readonly notes: readonly string[];
}

export type ClusterPlan =
  | { readonly kind: "embedded"; readonly version: string }
  /** One that is there, by its context in the person's kubeconfig. */
  | { readonly kind: "existing"; readonly context: string };

export type Labels = Readonly<Record<string, string>>;

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface PoolPlan {
  readonly name: string;
  /** The cloud's own machine type. */
  readonly machine: string;
  readonly nodes: Bounds;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly capacity: NodeCapacity;
  /** Name of the pool's one node, where that is there already: the embedded cluster's real node. */
  readonly node?: string;
  readonly provisioningSeconds: number;
}

/** What one node of a pool offers to pods. */
export interface NodeCapacity {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  readonly pods: number;
  readonly gpu?: { readonly model: GpuModel; readonly count: number };
}

/** A team's namespace and its bounds. */
export interface TeamPlan {
  readonly namespace: string;
  /** Labels of everything that bounds the team. */
  readonly labels: Labels;
  /** Labels by which the namespace admits pods. */
  readonly security: Labels;
  readonly gpus: number;
}

export interface ServicePlan {
  readonly name: string;
  readonly namespace: string;
  readonly server: ServerId;
  /** `undefined` on a cluster whose nodes are not ours. */
  readonly pool: string | undefined;
  readonly replicas: number;
  readonly labels: Labels;
  /** Labels by which the Service, budget and policy find the pods; a subset of the pods' own. */
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
  readonly pod: PodPlan;
  readonly rollout: RolloutPlan;
  readonly network: NetworkPlan;
  /** A request that shows what the service does. */
  readonly example?: ExampleRequest;
}

/** A POST of JSON. */
export interface ExampleRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ServicePort {
  readonly name: PortName;
  readonly port: number;
}

export interface RolloutPlan {
  /** Pods above the wished number while a new version comes up. */
  readonly maxSurge: number;
  /** Pods below it. */
  readonly maxUnavailable: number;
  /** Longest time without progress before the Deployment counts as failed. */
  readonly progressDeadlineSeconds: number;
  /** Longest time for all replicas, for Pulumi's `customTimeouts`. */
  readonly completeSeconds: number;
}

export interface NetworkPlan {
  /** Ports that the own namespace and gateways may reach. */
  readonly clientPorts: readonly number[];
  /** Ports that monitoring may reach. */
  readonly metricsPorts: readonly number[];
  /** Port of the model store that the pods may call, when the service has a model. */
  readonly modelStorePort?: number;
}

/** A pod in Kubernetes' own words; the subset of PodSpec that the platform writes. Lists are mutable, as the SDK asks. */
export interface PodPlan {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly nodeSelector: Labels;
  readonly tolerations: Toleration[];
  readonly topologySpreadConstraints: TopologySpread[];
  readonly securityContext: {
    readonly runAsNonRoot: true;
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly fsGroup: number;
    readonly seccompProfile: { readonly type: "RuntimeDefault" };
  };
  readonly initContainers: ContainerPlan[];
  readonly containers: ContainerPlan[];
  readonly volumes: VolumePlan[];
}

export type Toleration = Pick<Taint, "key" | "effect"> &
  ({ readonly operator: "Equal"; readonly value: string } | { readonly operator: "Exists" });

export interface TopologySpread {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
  readonly labelSelector: { readonly matchLabels: Labels };
}

export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: "IfNotPresent";
  readonly command?: string[];
  readonly args: string[];
  readonly env: { readonly name: string; readonly value: string }[];
  readonly ports?: { readonly name: PortName; readonly containerPort: number }[];
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: false;
    readonly readOnlyRootFilesystem: true;
    readonly capabilities: { readonly drop: "ALL"[] };
  };
  readonly volumeMounts: {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: PortName };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface VolumePlan {
  readonly name: string;
  readonly emptyDir: { readonly sizeLimit: string; readonly medium?: "Memory" };
}
