/** The engine's connections to a provider, the provider instance behind each, and what runs for it. */
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { Failure } from "../failure.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Outputs } from "./property-value.ts";
import type { Operation, ResourceProvider } from "./resource-provider.ts";
import { redactorOf } from "./secrets.ts";
import { Answered, serviceError } from "./wire-form.ts";

/** What belongs to one connection of an engine. */
export interface Session {
  engine: EngineLog;
  /** `undefined` until it is configured. */
  provider: ResourceProvider | undefined;
  /** Operations under way, and when each is over. */
  readonly running: Map<AbortController, Promise<unknown>>;
}

/** Anything that knows its connection. */
export interface Peer {
  getPeer(): string;
}

/** The sessions of one process. */
export interface Sessions {
  /** That of a connection, made at its first call. */
  of(peer: Peer): Session;
  /** The one whose provider instance a call is meant for. @throws Failure when none is configured */
  configured(peer: Peer): Session & { readonly provider: ResourceProvider };
  all(): readonly Session[];
}

/** Keeps the sessions of one process; until it is told otherwise, each speaks to `engine`. */
export function sessionsTo(engine: EngineLog): Sessions {
  const byPeer = new Map<string, Session>();
  const of = (peer: Peer): Session => {
    const known = byPeer.get(peer.getPeer());
    if (known) return known;
    const fresh: Session = { engine, provider: undefined, running: new Map() };
    byPeer.set(peer.getPeer(), fresh);
    return fresh;
  };
  return {
    of,
    configured(peer) {
      // gRPC closes a connection that has no calls for half an hour, and comes back from another port. An instance with a
      // process of its own is still the only one here; instances that share a process cannot be told apart then.
      const own = of(peer);
      const configured = own.provider ? [own] : [...byPeer.values()].filter((at) => at.provider);
      const [only] = configured;
      if (configured.length === 1 && only && hasProvider(only)) return only;
      throw new Failure("the engine has not configured this provider instance");
    },
    all: () => [...byPeer.values()],
  };
}

function hasProvider(
  session: Session,
): session is Session & { readonly provider: ResourceProvider } {
  return session.provider !== undefined;
}

/** A request about one resource; some have no time-out. */
export interface ResourceRequest {
  getUrn(): string;
  getTimeout?(): number;
}

/**
 * Runs an operation on one resource: it can be cancelled, its messages appear at the resource's line, and the secrets
 * among the `marked` properties of its request are in none of them, nor in its error.
 */
export async function operate<Answer>(
  session: Session,
  call: ServerUnaryCall<ResourceRequest, unknown>,
  marked: readonly Outputs[],
  act: (operation: Operation) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController();
  const { signal } = controller;
  call.on("cancelled", () => controller.abort());
  const redact = redactorOf(...marked);
  const timeout = call.request.getTimeout?.() ?? 0;
  const acting = act({
    signal,
    log: session.engine.for(call.request.getUrn(), redact),
    timeoutSeconds: timeout > 0 ? timeout : undefined,
  });
  const over = acting
    .catch((error) => {
      throw new Answered(serviceError(error, { marked, redact, cancelled: signal.aborted }));
    })
    .finally(() => session.engine.sent());
  session.running.set(controller, over);
  return over.finally(() => session.running.delete(controller));
}

/** Tells all operations of the sessions to stop; settles when they have. */
export async function stopAll(sessions: readonly Session[]): Promise<void> {
  const running = sessions.flatMap((session) => [...session.running]);
  for (const [controller] of running) controller.abort();
  await Promise.allSettled(running.map(([, over]) => over));
}
