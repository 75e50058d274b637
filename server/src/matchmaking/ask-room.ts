/**
 * Asks a room for something, in whatever process it is. An owner that died is waited for: somebody takes the room over.
 */
import { matchMaker } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { asLongAs, pause } from "./as-long-as.ts";
import type { Row } from "./listing.ts";

export interface RoomFinder {
  readonly clock: Clock;
  /** The row of a room that is there. */
  readonly look: (roomId: string) => Promise<Row | undefined>;
  /** As far as is known. */
  readonly mayLive: (processId: string) => boolean;
  /** Nobody has this room, and nobody will. */
  readonly isGone: (roomId: string) => Promise<boolean>;
}

export interface Answered<R> {
  readonly row: Row;
  readonly answer: R;
}

/**
 * `method`: of the sealed room. `first`: its row, when it is known. "gone": the room has ended; "late": it did not answer within
 * LIMITS.seatMovingMs.
 */
export async function askRoom<R>(
  finder: RoomFinder,
  roomId: string,
  method: string,
  args: readonly unknown[],
  first?: Row,
): Promise<Answered<R> | "gone" | "late"> {
  const { clock, look, isGone } = finder;
  const endsAtMs = clock.now() + LIMITS.seatMovingMs;
  const ask = () => matchMaker.remoteRoomCall(roomId, method as never, [...args], LIMITS.seatAnswerMs) as Promise<R>;
  let row = first ?? (await look(roomId));
  while (clock.now() < endsAtMs) {
    const answer = row === undefined ? undefined : await whileLives(finder, row.processId, ask).catch(() => undefined);
    if (answer !== undefined) return { row: row!, answer };
    if (row === undefined && (await isGone(roomId))) return "gone";
    await pause(clock);
    row = await look(roomId);
  }
  return "late";
}

/** Rejects as Colyseus does for a process that does not answer, once this one does not live. */
export function whileLives<R>(
  { clock, mayLive }: Pick<RoomFinder, "clock" | "mayLive">,
  processId: string,
  ask: () => Promise<R>,
): Promise<R> {
  return asLongAs(
    () => mayLive(processId),
    ask,
    () => new Error("ipc_timeout"),
    clock,
  );
}
