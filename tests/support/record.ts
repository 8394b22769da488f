/**
 * The one harness for Pulumi mocks: they are process-global, so nobody else sets them. Records what a program registers,
 * with all that plain mocks leave out: parents, protection, dependencies, time-outs.
 */

import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
// Semi-internal; a layer rule keeps it to this file.
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { isRecord } from "../../embedded/kubernetes/objects.ts";

/** One registered resource. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** `name` of the parent; empty for those right below the stack. */
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** Names of the resources it waits for. */
  readonly dependsOn: readonly string[];
  readonly provider: string;
  readonly customTimeouts: { readonly create: string; readonly update: string };
}

type Done = (error: unknown, response: unknown) => void;

class Recorder extends MockMonitor {
  readonly requests: RegisterResourceRequest[] = [];

  override async registerResource(request: RegisterResourceRequest, done: Done): Promise<void> {
    this.requests.push(request);
    await super.registerResource(request, done);
  }
}

/** A provider that accepts everything and makes up an id. */
const mocks: pulumi.runtime.Mocks = {
  newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: recordOf(inputs) }),
  call: ({ inputs }) => recordOf(inputs),
};

/** Pulumi types the inputs as anything. */
function recordOf(inputs: unknown): Record<string, unknown> {
  return isRecord(inputs) ? { ...inputs } : {};
}

/**
 * Runs `build` as a Pulumi program and returns what it registered, in order, the stack itself left out.
 * @param preview whether the program believes that it is a preview
 */
export async function record(build: () => unknown, preview: boolean): Promise<readonly Recorded[]> {
  const monitor = new Recorder(mocks);
  await pulumi.runtime.setMocks(mocks, "inference-platform", "test", preview);
  pulumi.runtime.setMockOptions(monitor, "inference-platform", "test", preview);
  await pulumi.runtime.runInPulumiStack(async () => {
    await build();
    return {};
  });
  await pulumi.runtime.disconnect();
  return monitor.requests
    .filter((request) => request.getType() !== "pulumi:pulumi:Stack")
    .map(recorded);
}

function recorded(request: RegisterResourceRequest): Recorded {
  const timeouts = request.getCustomtimeouts();
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    inputs: request.getObject()?.toJavaScript() ?? {},
    protect: request.getProtect() ?? false,
    dependsOn: request.getDependenciesList().map(nameOf).toSorted(),
    provider: nameOf(request.getProvider()),
    customTimeouts: { create: timeouts?.getCreate() ?? "", update: timeouts?.getUpdate() ?? "" },
  };
}

/** Logical name in a URN, or in a provider reference, which has an id behind its URN. */
function nameOf(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return type === "pulumi:pulumi:Stack" ? "" : name;
}

/** `type name <- parent`, the form of the golden lists. */
export function resourceList(resources: readonly Recorded[]): readonly string[] {
  return resources.map(({ type, name, parent }) => `${type} ${name}${parent && ` <- ${parent}`}`);
}
