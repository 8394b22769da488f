import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ServicePlan } from "../../platform/plan/plan.ts";
import { PlatformComponent } from "../component.ts";
import {
  deploymentSpec,
  disruptionSpec,
  networkSpec,
  serviceSpec,
} from "./model-service-objects.ts";

export interface ModelServiceArgs {
  readonly plan: ServicePlan;
  /** The team's namespace, once it exists. */
  readonly namespace: pulumi.Input<string>;
  /** What the pods wait for although no value flows: the team's bounds, and the pool's nodes. */
  readonly after: readonly pulumi.Resource[];
}

/** One model behind one Service: the Deployment-shaped core that every server, rollout and trigger builds on. */
export class ModelService extends PlatformComponent {
  static readonly type = "inference-platform:serving:ModelService";
  /** Name of the Service in the team's namespace. */
  readonly service: pulumi.Output<string>;

  constructor({ plan, namespace, after }: ModelServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super(ModelService.type, plan.name, opts);
    const { name, labels } = plan;
    const metadata = { name, namespace, labels };
    const child = { parent: this };

    const account = new ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    const network = new NetworkPolicy(
      `${name}-network`,
      { metadata, spec: networkSpec(plan) },
      child,
    );
    const deployment = new Deployment(
      `${name}-deployment`,
      { metadata, spec: deploymentSpec(plan, account.metadata.name) },
      // No pod shall run a moment without its network policy.
      { ...child, dependsOn: [network, ...after], customTimeouts: timeouts(plan) },
    );
    new PodDisruptionBudget(
      `${name}-disruption`,
      { metadata, spec: disruptionSpec(plan) },
      { ...child, dependsOn: deployment },
    );
    const service = new Service(`${name}-service`, { metadata, spec: serviceSpec(plan) }, child);
    this.service = service.metadata.name;
    this.seal("service");
  }
}

function timeouts({ rollout }: ServicePlan): pulumi.CustomTimeouts {
  const complete = `${rollout.completeSeconds}s`;
  return { create: complete, update: complete };
}
