/** What all components of the platform share. */
import * as pulumi from "@pulumi/pulumi";

/** Type token of a component: `inference-platform:<folder>:<Class>`. Part of every URN, so a change needs an alias. */
export type ComponentType = `inference-platform:${string}:${string}`;

export abstract class PlatformComponent extends pulumi.ComponentResource {
  protected constructor(
    type: ComponentType,
    name: string,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(type, name, {}, opts);
  }

  /** Ends the constructor: publishes fields of this component as its outputs. */
  protected seal<Field extends keyof this>(...fields: readonly Field[]): void {
    this.registerOutputs(Object.fromEntries(fields.map((field) => [field, this[field]])));
  }
}
