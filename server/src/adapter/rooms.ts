/** What the host reaches for inside Colyseus's rooms and server. */
import { type Client, type Room, Server, type ServerOptions } from "@colyseus/core";

/** Drops the connection that a player's new one replaces, before the network says that it is dead: seconds, else. */
export function endStaleConnection(
  room: Room,
  sessionId: string,
  reconnectionToken: string,
  codeFor: (stale: Client) => number,
): void {
  const stale = room.clients.get(sessionId);
  if (stale?.reconnectionToken !== reconnectionToken) return;
  const socket = stale.ref as typeof stale.ref & { close(code: number): void };
  room.checkReconnectionToken(reconnectionToken);
  socket.close(codeFor(stale));
}

/** A seat that is held for a player who may come back. */
export interface HeldSeat {
  /** Gives it up: the player has left. */
  giveUp(): void;
  /** Resolves when the player is back or the seat was given up. */
  readonly settled: Promise<void>;
}

/** The client has said that it is in: it answered the server's first frame. */
export function isConfirmed(client: Client): boolean {
  return (client as Client & { _enqueuedMessages?: unknown })._enqueuedMessages === undefined;
}

/**
 * Holds a dropped player's seat until it is given up. Also for one whose first answer never came: Colyseus would let that seat
 * go, and the player, who may have got every frame, could not come back.
 */
export function holdSeat(room: Room, client: Client): HeldSeat {
  delete (client as Client & { _enqueuedMessages?: unknown })._enqueuedMessages;
  const held = room.allowReconnection(client, "manual");
  return {
    giveUp: () => held.reject(false),
    settled: held.then(
      () => {},
      () => {},
    ),
  };
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
