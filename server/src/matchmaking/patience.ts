/**
 * Asking for a seat while processes come and go. A room whose owner died is nobody's for a moment: its listing names the dead one, or
 * is gone. Who asks for it by name waits until somebody has it, at most LIMITS.movingMs. While what processes share does not
 * answer nobody is asked at all: BUSY, at once, and come again.
 */
import { matchMaker } from "@colyseus/core";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import type { Whereabouts } from "../socket/door.ts";
import type { Clock } from "../tick/clock.ts";
import { asLongAs, pause } from "./as-long-as.ts";
import { busyError } from "./busy.ts";
import { TurnedAway } from "./newcomers.ts";

export interface Patience {
  readonly clock: Clock;
  readonly whereabouts: Whereabouts;
  /** What processes share answers. */
  readonly canAnswer: () => boolean;
}

/** `roomId`: undefined where any room will do. Rejects with BUSY when it is not known in time where the room is. */
export async function whileMoving<R>(
  roomId: string | undefined,
  ask: () => Promise<R>,
  patience: Patience,
): Promise<R> {
  const { clock } = patience;
  const endsAtMs = clock.now() + LIMITS.movingMs;
  for (;;) {
    try {
      return await unlessAway(ask, patience);
    } catch (error) {
      if (roomId === undefined || !(await mightMove(roomId, error, patience))) throw error;
      if (clock.now() >= endsAtMs)
        throw isFull(error) ? error : busyError(`room "${roomId}" is moving to another process`, error);
    }
    await pause(clock);
  }
}

/** What hangs because Redis is away is not waited for. */
function unlessAway<R>(ask: () => Promise<R>, { clock, canAnswer }: Patience): Promise<R> {
  const away = () => busyError("what the processes share does not answer, and rooms cannot be found");
  return asLongAs(canAnswer, ask, away, clock);
}

/**
 * What failed may only have failed because the room has no owner now, or another one than its listing says. Colyseus calls a room
 * full also when its process did not answer in time, or is just letting go of it.
 */
async function mightMove(roomId: string, error: unknown, { whereabouts }: Patience): Promise<boolean> {
  if (error instanceof TurnedAway) return false;
  const name = error instanceof NetError ? error.name : undefined;
  if (name !== "ROOM_NOT_FOUND" && name !== "BUSY" && name !== "ROOM_FULL") return false;
  const [row] = await matchMaker.query({ roomId } as never);
  if (name === "ROOM_FULL" && row !== undefined) return row.locked !== true && row.clients < row.maxClients;
  const found = await whereabouts.where(roomId, new AbortController().signal);
  if (found === "gone") return false;
  if (found === "later") throw busyError(`room "${roomId}" is moving to another process`, error);
  return true;
}

function isFull(error: unknown): boolean {
  return error instanceof NetError && error.name === "ROOM_FULL";
}
