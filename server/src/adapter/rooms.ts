/** What the host reaches for inside Colyseus's rooms and server. */
import { type Room, Server, type ServerOptions } from "@colyseus/core";

interface ReservedSeats {
  readonly _reservedSeats: Record<
    string,
    readonly [options: unknown, auth: unknown, taken: boolean, heldForDropped: boolean]
  >;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  _autoDisposeTimeout: NodeJS.Timeout | undefined;
}

/** Gives up seats that were promised and not yet taken: a room that ends would wait up to 15 s for players who may not enter. */
export function releaseReservedSeats(room: Room): void {
  const inside = room as unknown as ReservedSeats;
  for (const [sessionId, [, , taken, heldForDropped]] of Object.entries(inside._reservedSeats)) {
    if (taken || heldForDropped) continue;
    clearTimeout(inside._reservedSeatTimeouts[sessionId]);
    delete inside._reservedSeatTimeouts[sessionId];
    delete inside._reservedSeats[sessionId];
  }
  clearTimeout(inside._autoDisposeTimeout);
  inside._autoDisposeTimeout = undefined;
}

/** Sends Colyseus's own log lines to `sink`. The server object itself is not used: the host listens and stops by itself. */
export function useLogger(sink: NonNullable<ServerOptions["logger"]>, options: ServerOptions): void {
  void new Server({ ...options, logger: sink, greet: false, gracefullyShutdown: false });
}
