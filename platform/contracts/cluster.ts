/** What every cloud's components give to those that run in the cluster. Types only: nothing here loads an SDK. */
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import type { ComponentResource, ComponentResourceOptions } from "@pulumi/pulumi";
import type { PlatformPlan, PoolPlan } from "../plan/plan.ts";
import type { CloudName } from "./cloud.ts";

export interface Cluster<C extends CloudName> extends ComponentResource {
  readonly cloud: C;
  /** Provider of every Kubernetes object of the stack. */
  readonly kubernetes: KubernetesProvider;
}

/** The components of one cloud; `C` is the cloud's own class of cluster, so that its pools may use what only it has. */
export interface Cloud<C extends Cluster<CloudName>> {
  readonly cluster: (plan: PlatformPlan) => C;
  readonly nodePool: (
    plan: PoolPlan,
    cluster: C,
    opts: ComponentResourceOptions,
  ) => ComponentResource;
}
