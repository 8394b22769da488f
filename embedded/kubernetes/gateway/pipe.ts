/** Two connections made into one. */
import type { Socket } from "node:net";

/**
 * Hands on what each side sends to the other, no faster than the other takes it. Both are opened with `allowHalfOpen`: when
 * one side has sent all it wants to, the other may go on. A side that fails takes the other with it.
 */
export function pipeBoth(one: Socket, other: Socket): void {
  pipeOneWay(one, other);
  pipeOneWay(other, one);
}

function pipeOneWay(from: Socket, to: Socket): void {
  if (from.destroyed) {
    abort(to);
    return;
  }
  from.setNoDelay(true);
  from.on("error", () => {}); // "close" follows, and tells of it.
  from.once("close", (failed: boolean) => {
    // All that was read is on its way to the other side, whose own end lets it finish.
    const isDone = from.readableEnded && !failed;
    if (!isDone) abort(to);
  });
  from.pipe(to);
}

/**
 * Ends a connection at once, with a reset where it can be: whoever reads from it then sees a failure and not an orderly end.
 * A unix socket knows no reset, and a connection whose end has been announced cannot take it back.
 */
export function abort(socket: Socket): void {
  const isTcp = socket.remoteAddress !== undefined;
  if (isTcp && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}
