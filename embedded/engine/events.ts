/**
 * The engine's event log as far as this project uses it. Anything else, also from a newer engine, is left out.
 * @see https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/events.go (checked 2026-11)
 */
import { stripVTControlCharacters } from "node:util";
import { isRecord, read, readList, readNumber, readString } from "../kubernetes/objects.ts";

/** A step on one resource. In `up` each comes twice: once in the preview and once for real. */
export interface ResourceEvent {
  readonly kind: "resource";
  readonly phase: "started" | "done" | "failed";
  /** The engine's word: `create`, `update`, `delete`, `same`, `refresh`, `replace`, ... */
  readonly op: string;
  readonly type: string;
  readonly urn: string;
  /** Logical name: the last part of the URN. */
  readonly name: string;
  /** What the provider calls it; empty before it exists. */
  readonly id: string;
  readonly preview: boolean;
  /** Paths of the properties that differ. */
  readonly changed: readonly string[];
}

/** A message of the engine, a provider or the program. */
export interface DiagnosticEvent {
  readonly kind: "diagnostic";
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  /** The resource that it is about; left out when it is about none. */
  readonly urn?: string;
  /** Shown while it is true, not kept: for example the status of a resource that is waited for. */
  readonly ephemeral: boolean;
}

/** A rule of a policy pack was broken. */
export interface PolicyEvent {
  readonly kind: "policy";
  readonly pack: string;
  readonly policy: string;
  /** `mandatory` stops the run; the others only inform. */
  readonly level: string;
  readonly message: string;
  /** Left out when the rule judges the whole stack. */
  readonly urn?: string;
}

/** A pack has judged a resource, or the whole stack. */
interface PolicySummaryEvent {
  readonly kind: "policy-summary";
  readonly pack: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly urn?: string;
}

/** The end of a preview or of an update. */
export interface SummaryEvent {
  readonly kind: "summary";
  readonly preview: boolean;
  /** Whole seconds, as the engine counts them. */
  readonly seconds: number;
  /** How many resources each operation was for, `same` included. */
  readonly changes: Readonly<Record<string, number>>;
  readonly result: string;
}

/** What `parseEvent` gives. */
export type EngineEvent =
  | ResourceEvent
  | DiagnosticEvent
  | PolicyEvent
  | PolicySummaryEvent
  | SummaryEvent;

/** Reads one line of the event log; `undefined` for an event that this project does not use, or no event at all. */
export function parseEvent(line: string): EngineEvent | undefined {
  const event = parsed(line);
  for (const [key, reader] of Object.entries(readers)) {
    const body = read(event, key);
    if (body !== undefined) return reader(body);
  }
  return undefined;
}

const readers: Readonly<Record<string, (event: unknown) => EngineEvent | undefined>> = {
  resourcePreEvent: (event) => resourceEvent(event, "started"),
  resOutputsEvent: (event) => resourceEvent(event, "done"),
  resOpFailedEvent: (event) => resourceEvent(event, "failed"),
  diagnosticEvent,
  policyEvent,
  policyAnalyzeSummaryEvent: policySummaryEvent,
  policyAnalyzeStackSummaryEvent: policySummaryEvent,
  summaryEvent,
};

function resourceEvent(event: unknown, phase: ResourceEvent["phase"]): ResourceEvent | undefined {
  const step = read(event, "metadata");
  const urn = readText(step, "urn");
  const op = readText(step, "op");
  if (urn === "" || op === "") return undefined;
  const detailed = read(step, "detailedDiff");
  const paths = isRecord(detailed) ? Object.keys(detailed) : [];
  return {
    kind: "resource",
    phase,
    op,
    type: readText(step, "type"),
    urn,
    name: nameOf(urn),
    id: readText(read(step, "new") ?? read(step, "old"), "id"),
    preview: read(event, "planning") === true,
    changed: paths.length > 0 ? paths : readTexts(step, "diffs"),
  };
}

/** Logical name of a resource: the fourth part of its URN, which may hold `::` itself. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

const severities: Readonly<Record<string, DiagnosticEvent["severity"]>> = {
  info: "info",
  "info#err": "info",
  warning: "warning",
  error: "error",
};

function diagnosticEvent(event: unknown): DiagnosticEvent | undefined {
  const severity = severities[readText(event, "severity")];
  const message = plain(readText(event, "message")).trim();
  // Debug messages come too, and the engine ends streams with empty ones.
  if (severity === undefined || message === "") return undefined;
  return {
    kind: "diagnostic",
    severity,
    message,
    ephemeral: read(event, "ephemeral") === true,
    ...readUrn(event, "urn"),
  };
}

function policyEvent(event: unknown): PolicyEvent | undefined {
  const policy = readText(event, "policyName");
  if (policy === "") return undefined;
  return {
    kind: "policy",
    pack: readText(event, "policyPackName"),
    policy,
    level: readText(event, "enforcementLevel"),
    message: plain(readText(event, "message")).trim(),
    ...readUrn(event, "resourceUrn"),
  };
}

function policySummaryEvent(event: unknown): PolicySummaryEvent {
  return {
    kind: "policy-summary",
    pack: readText(event, "policyPackName"),
    passed: readTexts(event, "passed"),
    failed: readTexts(event, "failed"),
    ...readUrn(event, "resourceUrn"),
  };
}

function summaryEvent(event: unknown): SummaryEvent {
  const changes = read(event, "resourceChanges");
  const ops = isRecord(changes) ? Object.keys(changes) : [];
  return {
    kind: "summary",
    preview: read(event, "isPreview") === true,
    seconds: readNumber(event, "durationSeconds") ?? 0,
    changes: Object.fromEntries(ops.map((op) => [op, readNumber(changes, op) ?? 0])),
    result: readText(event, "result"),
  };
}

/** Text without terminal codes and without the engine's own colour marks, such as `<{%reset%}>`. */
export function plain(text: string): string {
  return stripVTControlCharacters(text.replaceAll(/<\{%[^%]*%\}>/g, ""));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readText(value: unknown, key: string): string {
  return readString(value, key) ?? "";
}

function readTexts(value: unknown, key: string): readonly string[] {
  return readList(value, key).filter((item) => typeof item === "string");
}

function readUrn(value: unknown, key: string): { readonly urn?: string } {
  const urn = readText(value, key);
  return urn === "" ? {} : { urn };
}
