/** Which object of the API a resource of the stack is. */
import { Failure } from "../../failure.ts";
import type { KubernetesObject, ObjectReference } from "../../kubernetes/objects.ts";

/** A kind of object, as objects themselves name it. */
export interface Kind {
  /** For example `v1` or `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
}

/** Modules of the SDK that are programs on top of the API, not objects in it. */
const notObjects = /^(helm\.sh|yaml|kustomize)(\/|$)/;

/**
 * The kind behind a type token such as `kubernetes:apps/v1:Deployment`. The SDK calls the group without a name `core`.
 * @throws Failure when the token is not that of an object
 */
export function kindOf(type: string): Kind {
  const [, module = "", kind = ""] = type.split(":");
  if (notObjects.test(module)) {
    throw new Failure(
      `${type}: the embedded kubernetes provider applies single objects and runs no Helm, YAML or Kustomize; ` +
        "fix: render to objects first, or use the official provider",
    );
  }
  if (kind === "") throw new Failure(`${type} is not the type of a Kubernetes object`);
  return { apiVersion: module.replace(/^core\//, ""), kind };
}

/** How an object is called in the stack's state: `namespace/name`, or `name` for a cluster-wide one. */
export function idOf({ metadata }: KubernetesObject): string {
  const { name, namespace } = metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The object behind a resource. @throws Failure when its type is not that of an object */
export function referenceOf(type: string, id: string): ObjectReference {
  const slash = id.indexOf("/");
  return {
    ...kindOf(type),
    namespace: slash < 0 ? undefined : id.slice(0, slash),
    name: id.slice(slash + 1),
  };
}

/** What people call an object: `Deployment vision/triton`. */
export function titleOf({ kind, namespace, name = "" }: ObjectReference): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
