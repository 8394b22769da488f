/**
 * What a provider is to the host that serves it: plain values in, plain values out. A package says what it is and checks
 * its configuration; configured, it becomes a `ResourceProvider`. Nothing here knows the wire.
 */
import type { Diff } from "./difference.ts";
import type { Inputs, Outputs } from "./property-value.ts";

/** A package of resources, before it is configured. */
export interface ProviderPackage {
  /** For example `kubernetes`. */
  readonly name: string;
  /** The version of the SDK whose resources it serves; the engine warns of any other. */
  readonly version: string;
  /** Refuses what the package has no use for. Values may be unknown in a preview. */
  checkConfig(config: Inputs): readonly CheckFailure[];
  /** Which changes of the configuration replace the provider, and with it every resource it made. */
  diffConfig(olds: Inputs, news: Inputs): Diff;
  /** Called once for each provider instance of a stack, and only with a configuration that is known as a whole. */
  configure(config: Inputs, log: Log): Promise<ResourceProvider>;
}

/** One configured provider instance. */
export interface ResourceProvider {
  /** Looks at a resource's inputs before anything else is asked. Values may be unknown in a preview. */
  check(request: CheckRequest): Promise<CheckResult>;
  /** Says what would change. Values may be unknown in a preview. */
  diff(request: DiffRequest): Promise<Diff>;
  create(request: CreateRequest, operation: Operation): Promise<Created>;
  /** `undefined` when the resource is gone. */
  read(request: ReadRequest, operation: Operation): Promise<LiveState | undefined>;
  /** Returns the outputs. */
  update(request: UpdateRequest, operation: Operation): Promise<Outputs>;
  /** Returns when the resource is gone; one that was gone before is no error. */
  delete(request: DeleteRequest, operation: Operation): Promise<void>;
}

/** Which resource a request is about. */
export interface ResourceIdentity {
  readonly urn: string;
  /** For example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
}

export interface CheckRequest extends ResourceIdentity {
  readonly inputs: Inputs;
}

/** One thing wrong with the inputs. */
export interface CheckFailure {
  /** Path of the property, for example `metadata.name`. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  /** The inputs as they go on from here, for example with secrets marked. */
  readonly inputs: Outputs;
  readonly failures: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceIdentity {
  readonly id: string;
  readonly oldInputs: Inputs;
  readonly newInputs: Inputs;
}

export interface CreateRequest extends ResourceIdentity {
  readonly inputs: Inputs;
  /** Nothing may be changed; values may be unknown. */
  readonly preview: boolean;
}

export interface Created {
  /** Names the resource for good; ignored in a preview. */
  readonly id: string;
  readonly outputs: Outputs;
}

export interface ReadRequest extends ResourceIdentity {
  readonly id: string;
  /** What the stack last asked for; `undefined` for a resource that the stack does not know yet, as in an import. */
  readonly oldInputs: Inputs | undefined;
}

/** A resource as it is. */
export interface LiveState {
  /** The inputs that would make it so. Equal to the old inputs where nothing drifted. */
  readonly inputs: Outputs;
  readonly outputs: Outputs;
  /** Why it is there but not well; empty when it is well. */
  readonly unhealthy: readonly string[];
}

export interface UpdateRequest extends ResourceIdentity {
  readonly id: string;
  readonly oldInputs: Inputs;
  readonly newInputs: Inputs;
  /** Nothing may be changed; values may be unknown. */
  readonly preview: boolean;
}

export interface DeleteRequest extends ResourceIdentity {
  readonly id: string;
  readonly oldInputs: Inputs;
}

/** What an operation may use besides its request. */
export interface Operation {
  readonly log: Log;
  /** Aborted when the user or the engine gives up; whatever waits should stop and say how far it came. */
  readonly signal: AbortSignal;
  /** How long the user allows (`customTimeouts`), in seconds. @default - the provider decides */
  readonly timeoutSeconds: number | undefined;
}

/** Tells the engine's display. Messages about a resource appear at its line. */
export interface Log {
  /** What the operation waits for now; each status replaces the one before, and none stays. */
  status(text: string): void;
  info(text: string): void;
  warning(text: string): void;
}

/** What is known of a resource that is not well. */
export interface NotReady {
  readonly id: string;
  readonly outputs: Outputs;
  readonly reasons: readonly string[];
  /** As it is, where that was read. */
  readonly inputs?: Outputs;
}

/**
 * The resource exists, but it never became what it should be. The engine keeps it in the state, marked, and the next run
 * updates it. Thrown by `create` and `update`.
 */
export class ResourceNotReady extends Error {
  override readonly name = "ResourceNotReady";
  readonly id: string;
  readonly outputs: Outputs;
  readonly reasons: readonly string[];
  readonly inputs: Outputs | undefined;

  constructor({ id, outputs, reasons, inputs }: NotReady) {
    super(reasons.join("; "));
    this.id = id;
    this.outputs = outputs;
    this.reasons = reasons;
    this.inputs = inputs;
  }
}
