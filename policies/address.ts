/** What a resource is called in messages and waivers. */
import type { Resource } from "./define-rule.ts";
import { textAt } from "./read.ts";
import { attempt, isOpen } from "./unjudged.ts";

/** Kind and name as `kubectl` shows them, for example `Deployment vision/resnet50`. */
export function describe(resource: Resource): string {
  return `${kindOf(resource.type)} ${objectName(resource)}`;
}

/** The names a waiver may use: the object's own, and the one in the Pulumi program. */
export function namesOf(resource: Resource): readonly string[] {
  return [objectName(resource), resource.name];
}

/** Last part of a token: `Deployment` of `kubernetes:apps/v1:Deployment`. */
export function kindOf(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

/** `namespace/name`, or the name in the program where the object's is not known. */
function objectName({ name, props }: Resource): string {
  const namespace = attempt(() => textAt(props, "metadata.namespace"));
  const own = attempt(() => textAt(props, "metadata.name"));
  if (isOpen(own) || own === undefined) return name;
  return isOpen(namespace) || namespace === undefined ? own : `${namespace}/${own}`;
}
