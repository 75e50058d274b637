/**
 * How far a connection has come. Colyseus says JOIN_ROOM when the player is in, and the client says it back, once; only then does it get
 * states, and what it was sent before waits in memory for it.
 *
 *   opened --(Colyseus listens)--> asked in --(JOIN_ROOM)--> entered
 *
 * What an SDK sends before it was asked in is lost, as it is with Colyseus alone; a stock one may do so after a drop. What it sends
 * between the two is heard, up to LIMITS.earlyMessages: each may be answered, and an answer waits. Who does not enter within
 * LIMITS.entryMs is told to come again.
 */
import { Protocol } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";

/** What is done with a frame that is good in itself. */
export type Turn = "heard" | "early" | { readonly fault: string };

export class Entry {
  #early = 0;
  #askedInMs: number | undefined;
  #hasEntered = false;

  /** `isAskedIn`: somebody listens to this connection. */
  turn(opcode: number, isAskedIn: boolean): Turn {
    if (opcode === Protocol.JOIN_ROOM) {
      if (!isAskedIn) return { fault: "JOIN_ROOM of a client that was not asked in" };
      if (this.#hasEntered) return { fault: "JOIN_ROOM for the second time" };
      this.#hasEntered = true;
      return "heard";
    }
    if (this.#hasEntered || !isAskedIn || !ANSWERED.has(opcode)) return "heard";
    return ++this.#early > LIMITS.earlyMessages ? "early" : "heard";
  }

  /** Asked now and then: the client was asked in and has taken too long. */
  isLate(nowMs: number, isAskedIn: boolean): boolean {
    if (this.#hasEntered || !isAskedIn) return false;
    this.#askedInMs ??= nowMs;
    return nowMs - this.#askedInMs >= LIMITS.entryMs;
  }
}

/** Opcodes a room may answer. */
const ANSWERED: ReadonlySet<number> = new Set([
  Protocol.ROOM_DATA,
  Protocol.ROOM_DATA_BYTES,
  Protocol.ROOM_REQUEST,
  Protocol.PING,
]);
