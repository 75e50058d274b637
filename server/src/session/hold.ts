/** Keeps a dropped player's seat for a while. */
import type { Client, Room } from "@colyseus/core";
import { type HeldSeat, holdSeat } from "../adapter.ts";
import type { Clock } from "../tick/clock.ts";

export function holdFor(room: Room, client: Client, seconds: number, clock: Clock): HeldSeat {
  const seat = holdSeat(room, client);
  const timer = clock.after(seconds * 1000, () => seat.giveUp());
  void seat.settled.then(() => timer.cancel());
  return seat;
}
