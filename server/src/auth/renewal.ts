/** A newer token for a seat that a player has: asked by the process that the player reached, answered by the one that has the room. */
import { matchMaker } from "@colyseus/core";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { busyError } from "../matchmaking/busy.ts";
import type { Account } from "./account.ts";
import { tokenError } from "./refused-token.ts";

/** What the room says: the seat is this account's now for as long as the token says; another account's; there is none. */
export type Renewed = "yes" | "other" | "none";

/** `body`: `{ sessionId }`. Rejects with UNAUTHORIZED, SEAT_EXPIRED, OPTIONS_INVALID, and BUSY while the room is on its way. */
export async function renewSeat(roomId: string, body: unknown, account: Account): Promise<void> {
  const { sessionId } = (body ?? {}) as { readonly sessionId?: unknown };
  if (typeof sessionId !== "string") throw new NetError("OPTIONS_INVALID", "sessionId: a string expected");
  switch (await ask(roomId, sessionId, account)) {
    case "yes":
      return;
    case "other":
      throw tokenError("refused", "a token of the account that has the seat expected");
    case "none":
      throw new NetError("SEAT_EXPIRED", `the seat in "${roomId}" is gone`);
  }
}

async function ask(roomId: string, sessionId: string, account: Account): Promise<Renewed> {
  try {
    const isHere = matchMaker.getLocalRoomById(roomId) !== undefined;
    if (!isHere && (await matchMaker.query({ roomId } as never)).length === 0) return "none";
    const asked = [sessionId, account];
    const answer: unknown = await matchMaker.remoteRoomCall(
      roomId,
      "_renewAccount" as never,
      asked,
      LIMITS.seatAnswerMs,
    );
    return answer as Renewed;
  } catch {
    // What Colyseus says of a room that did not answer has all that it was asked in it.
    throw busyError(`room "${roomId}" does not answer now`);
  }
}
