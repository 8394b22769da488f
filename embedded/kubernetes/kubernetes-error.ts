/** What went wrong with a request to the Kubernetes API, in the API's own words where it answered. */
import { isRecord, readList, readNumber, readString } from "./objects.ts";

/** Reasons of this client, for requests that the API server did not answer or could not understand. */
export type ClientReason =
  /** Nothing listens there: the control plane is down. */
  | "ConnectionRefused"
  /** Any other trouble on the way, for example a certificate that does not match. */
  | "ConnectionFailed"
  /** No answer in time. */
  | "TimedOut"
  /** The API server has no such kind, perhaps not yet: its CustomResourceDefinition may come later. */
  | "KindNotServed"
  /** Something answered, but not in the API's language. */
  | "NotUnderstood";

/** One of the details behind a refusal, for example one invalid field. */
export interface Cause {
  /** Path inside the object, for example `spec.replicas`; empty when the cause is about the whole. */
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

interface Details {
  readonly reason: string;
  readonly status?: number | undefined;
  readonly causes?: readonly Cause[];
  readonly cause?: unknown;
}

/** A request that failed. `message` is the API's own sentence where it answered. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  /** Method and path, for example `PATCH /api/v1/nodes/a`. */
  readonly request: string;
  /** HTTP status, or `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** The API's reason, for example `NotFound`, `Conflict`, `Invalid`, `Forbidden`, or a `ClientReason`. */
  readonly reason: string;
  readonly causes: readonly Cause[];

  constructor(request: string, message: string, details: Details) {
    super(message, { cause: details.cause });
    this.request = request;
    this.status = details.status;
    this.reason = details.reason;
    this.causes = details.causes ?? [];
  }
}

/** Whether `error` is a failed request with this reason. */
export function failedWith(
  error: unknown,
  reason: ClientReason | (string & {}),
): error is KubernetesError {
  return error instanceof KubernetesError && error.reason === reason;
}

/** Whether `error` says that no API server could be reached. */
export function isUnreachable(error: unknown): error is KubernetesError {
  return (
    error instanceof KubernetesError &&
    error.status === undefined &&
    error.reason !== "KindNotServed"
  );
}

/** The error in an answer with a status of 400 or above; `body` is a `Status` object, or text of something else. */
export function errorFromAnswer(request: string, status: number, body: string): KubernetesError {
  const answer = parsed(body);
  if (!isRecord(answer) || answer["kind"] !== "Status") {
    const reason = status === 404 ? "NotFound" : "NotUnderstood";
    return new KubernetesError(request, `${status} ${body.trim().slice(0, 500)}`, {
      reason,
      status,
    });
  }
  return new KubernetesError(request, readString(answer, "message") ?? `HTTP status ${status}`, {
    reason: readString(answer, "reason") ?? "Unknown",
    status: readNumber(answer, "code") ?? status,
    causes: readList(answer, "details", "causes").map((cause) => ({
      field: readString(cause, "field") ?? "",
      reason: readString(cause, "reason") ?? "",
      message: readString(cause, "message") ?? "",
    })),
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The error behind a request that got no answer. */
export function errorFromTransport(
  request: string,
  server: string,
  error: unknown,
): KubernetesError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof Error && error.name === "TimeoutError") {
    return new KubernetesError(request, `${server} did not answer in time`, {
      reason: "TimedOut",
      cause: error,
    });
  }
  if (code === "ECONNREFUSED") {
    const message = `nothing answers at ${server}`;
    return new KubernetesError(request, message, { reason: "ConnectionRefused", cause: error });
  }
  const why = error instanceof Error ? error.message : String(error);
  return new KubernetesError(request, `cannot talk to ${server}: ${why}`, {
    reason: "ConnectionFailed",
    cause: error,
  });
}
