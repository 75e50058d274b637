/** What the host reaches for inside Colyseus's rooms and server. */
import { type Room, Server, type ServerOptions } from "@colyseus/core";
import { CODES } from "@ninelives/shared-schema";

/** Drops the connection that a player's new one replaces, before the network says that it is dead: seconds, else. */
export function endStaleConnection(room: Room, sessionId: string, reconnectionToken: string): void {
  const stale = room.clients.get(sessionId);
  if (stale?.reconnectionToken !== reconnectionToken) return;
  const socket = stale.ref as typeof stale.ref & { close(code: number): void };
  room.checkReconnectionToken(reconnectionToken);
  socket.close(CODES.WITH_ERROR.code);
}

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
