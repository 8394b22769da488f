/** What other stacks and people may read of a stack: versioned, plain, and free of secrets. */
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformPlan } from "../platform/plan/plan.ts";
import type { Built } from "./build.ts";

export function outputs(plan: PlatformPlan, built: Built) {
  return {
    version: 1,
    name: plan.name,
    cloud: plan.cloud,
    environment: plan.environment,
    pools: Object.keys(plan.pools),
    services: Object.fromEntries(
      Object.values(plan.services).map((service) => [service.name, serviceOutputs(service, built)]),
    ),
  };
}

interface ServiceOutputs {
  readonly namespace: string;
  readonly service: pulumi.Output<string> | undefined;
  readonly ports: Readonly<Record<string, number>>;
}

function serviceOutputs(
  { name, namespace, ports }: PlatformPlan["services"][string],
  { services }: Built,
): ServiceOutputs {
  return {
    namespace,
    service: services[name]?.service,
    ports: Object.fromEntries(ports.map(({ name, port }) => [name, port])),
  };
}
