/** Why the API did not do what was asked, in its own words and with the object's name. */
import { Failure } from "../../failure.ts";
import {
  failedWith,
  isUnreachable,
  type KubernetesError,
} from "../../kubernetes/kubernetes-error.ts";

/** Why a cluster cannot be reached, and what to do about it. */
export function reachHint(why: string): string {
  return `${why}; fix: start the cluster, an embedded one with "npm run up"`;
}

/**
 * What to tell the user of a request about the object `title` (`Deployment vision/triton`) that failed. An error that is
 * not the API's comes back as it is.
 */
export function refusalOf(title: string, error: unknown): unknown {
  if (isUnreachable(error)) return new Failure(`${title}: ${reachHint(error.message)}`);
  if (failedWith(error, "Conflict") && error.causes.length > 0) return conflict(title, error);
  if (isApiError(error)) return new Failure(`${title}: ${error.message} (${error.reason})`);
  return error;
}

function isApiError(error: unknown): error is KubernetesError {
  return error instanceof Error && error.name === "KubernetesError";
}

/** Fields that belong to others. */
function conflict(title: string, error: KubernetesError): Failure {
  const fieldsByManager = new Map<string, string[]>();
  for (const { field, message } of error.causes) {
    const manager = /conflict with "([^"]*)"/.exec(message)?.[1] ?? "another manager";
    const fields = fieldsByManager.get(manager) ?? [];
    fieldsByManager.set(manager, [...fields, field.replace(/^\./, "")]);
  }
  const owners = [...fieldsByManager].map(
    ([manager, fields]) => `${manager} manages ${fields.join(", ")}`,
  );
  return new Failure(
    `${title} exists already, and ${owners.join("; ")}; fix: leave these fields out, take the object over with ` +
      '"pulumi import", or delete it',
  );
}
