/**
 * Players of a room that was taken over, who are not connected to its new owner yet. Each joins as a ghost whose connection
 * drops at once, so Colyseus does all the accounting (seats, locks, counts), and its seat waits for the player as after any drop.
 */
import { EventEmitter } from "node:events";
import {
  type Client,
  connectClientToRoom,
  createAuthContext,
  type IRoomCache,
  matchMaker,
  type Room,
} from "@colyseus/core";

/** What a network that went away leaves behind. */
const ABNORMAL_CLOSURE = 1006;

/** What Colyseus asks of a client; it says nothing to anybody. */
class Ghost {
  readonly id: string;
  readonly sessionId: string;
  readonly ref = new EventEmitter();
  readonly readyState = 1;
  state = 0;
  reconnectionToken = "";

  constructor(sessionId: string) {
    this.id = sessionId;
    this.sessionId = sessionId;
  }

  send(): void {}
  sendBytes(): void {}
  raw(): void {}
  enqueueRaw(): void {}
  error(): void {}
  close(): void {}

  leave(code?: number): void {
    this.ref.emit("close", code);
  }
}

const ghosts = new WeakSet<object>();

export function isGhost(client: Client): boolean {
  return ghosts.has(client);
}

/** Seats a player of before. `auth`: what the room's `onAuth` said of the player. Rejects when the room has no seat for it. */
export async function seatGhost(room: Room, listing: IRoomCache, sessionId: string, auth: unknown): Promise<void> {
  const authData = typeof auth === "object" && auth !== null ? { ...auth, sessionId } : { sessionId };
  await matchMaker.reserveSeatFor(listing, {}, authData);
  const ghost = new Ghost(sessionId);
  ghosts.add(ghost);
  await connectClientToRoom(room, ghost as never, createAuthContext({ headers: new Headers() }), {});
  ghost.leave(ABNORMAL_CLOSURE);
}
