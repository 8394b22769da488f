import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { gpuResource } from "../../platform/facts/gpus.ts";
import type { TeamPlan } from "../../platform/plan/plan.ts";
import { PlatformComponent } from "../component.ts";

/** A team's namespace with its bounds: no pod below the restricted level, no traffic unless allowed, no GPU above the quota. */
export class TeamNamespace extends PlatformComponent {
  static readonly type = "inference-platform:teams:TeamNamespace";
  /** Name of the namespace, once it exists. */
  readonly namespace: pulumi.Output<string>;

  constructor(plan: TeamPlan, opts: pulumi.ComponentResourceOptions) {
    super(TeamNamespace.type, plan.namespace, opts);
    const child = { parent: this };
    const { namespace: name, labels, security } = plan;
    const namespace = new Namespace(
      `${name}-namespace`,
      { metadata: { name, labels: { ...labels, ...security } } },
      child,
    );
    this.namespace = namespace.metadata.name;
    new ResourceQuota(
      `${name}-quota`,
      {
        metadata: { name: "team", namespace: this.namespace, labels },
        spec: { hard: { [`requests.${gpuResource}`]: String(plan.gpus) } },
      },
      child,
    );
    new NetworkPolicy(
      `${name}-default-deny`,
      {
        metadata: { name: "default-deny", namespace: this.namespace, labels },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      child,
    );
    this.seal("namespace");
  }
}
