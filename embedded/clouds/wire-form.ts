/** The answers of a provider as protobuf messages. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { Failure } from "../failure.ts";
import { type Change, type Diff, pathText } from "./difference.ts";
import { isMap, jsonOf, mapFromWire, mapToWire, type Outputs } from "./property-value.ts";
import { type CheckResult, ResourceNotReady } from "./resource-provider.ts";
import { type Redact, remark } from "./secrets.ts";

/** The properties in a message; none read like an empty object. */
export function propertiesIn(struct: Struct | undefined): Outputs {
  const wire = jsonOf(struct?.toJavaScript() ?? {});
  return isMap(wire) ? mapFromWire(wire) : {};
}

/** Properties as a message. */
export function structOf(properties: Outputs): Struct {
  return structPb.Struct.fromJavaScript(mapToWire(properties));
}

/** The answer to a check. */
export function checkResponse({ inputs, failures }: CheckResult): provider.CheckResponse {
  const response = new providerPb.CheckResponse();
  response.setInputs(structOf(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new providerPb.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

/** The answer to a diff. */
export function diffResponse({ changes, deleteBeforeReplace }: Diff): provider.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...new Set(changes.map(({ path }) => String(path[0])))]);
  const replacing = changes.filter(({ replaces }) => replaces);
  response.setReplacesList(replacing.map(({ path }) => pathText(path)));
  response.setDeletebeforereplace(deleteBeforeReplace && replacing.length > 0);
  response.setHasdetaileddiff(true);
  for (const change of changes) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(kindOnWire(change));
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(pathText(change.path), detail);
  }
  return response;
}

function kindOnWire({ kind, replaces }: Change): provider.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } =
    providerPb.PropertyDiff.Kind;
  const kinds = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  } as const;
  return kinds[kind][replaces ? 1 : 0];
}

/** What a failed request was given, so that its secrets stay secret. */
export interface FailedRequest {
  readonly marked: readonly Outputs[];
  readonly redact: Redact;
  readonly cancelled: boolean;
}

/** A request that says no secrets. */
export const unmarked: FailedRequest = { marked: [], redact: (text) => text, cancelled: false };

/** An error that already has the form in which the engine wants it. */
export class Answered extends Error {
  override readonly name = "Answered";
  readonly answer: Partial<ServiceError>;

  constructor(answer: Partial<ServiceError>) {
    super(answer.details ?? "");
    this.answer = answer;
  }
}

/**
 * A failed operation as the engine wants it. A code of `INTERNAL` or `UNKNOWN` tells the engine that nobody knows what
 * became of the resource, and it calls its state corrupt; so only a mistake of ours has such a code.
 */
export function serviceError(error: unknown, request: FailedRequest): Partial<ServiceError> {
  const { redact, cancelled } = request;
  if (error instanceof ResourceNotReady) return notReady(error, request);
  if (error instanceof Failure) {
    return { code: status.FAILED_PRECONDITION, details: redact(error.message) };
  }
  if (cancelled) return { code: status.CANCELLED, details: "cancelled" };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: status.INTERNAL, details: redact(text) };
}

function notReady(
  { id, inputs, outputs, reasons }: ResourceNotReady,
  { marked, redact }: FailedRequest,
): Partial<ServiceError> {
  const told = reasons.map(redact);
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(structOf(remarkAll(outputs, marked)));
  if (inputs !== undefined) detail.setInputs(structOf(remarkAll(inputs, marked)));
  detail.setReasonsList(told);
  const any = new anyPb.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const carrier = new statusPb.Status();
  carrier.setCode(status.FAILED_PRECONDITION);
  carrier.setMessage(told.join("; "));
  carrier.addDetails(any);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(carrier.serializeBinary()));
  return { code: status.FAILED_PRECONDITION, details: told.join("; "), metadata };
}

/** `properties`, with everything secret that is secret at the same place in any of `marked`. */
export function remarkAll(properties: Outputs, marked: readonly Outputs[]): Outputs {
  return marked.reduce(remark, properties);
}
