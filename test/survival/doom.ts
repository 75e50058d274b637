/**
 * Ends or stops this process by its own hand, as `kill -9` and a debugger do, at one point of its code: not a step earlier or later, whatever the machine
 * is busy with. A room that is told so arms the point (nine.room.ts); whoever comes by it then ends the process. The points of a
 * store are put into it by doomed.config.ts.
 */
export const DOOM_POINTS = [
  /** In the middle of a room's step. */
  "tick",
  /** A record is about to be given to the store: players have the patch. */
  "append",
  /** The store has the record, and nobody was told so. */
  "appended",
  /** As the two above, of a log that begins anew. */
  "begin",
  "begun",
  /** Files only. The new segment is whole, beside the old one. */
  "shift",
  /** Files only. The old segment was moved away, the new one has no name yet. */
  "unnamed",
  /** Another player asks for a seat. */
  "reserve",
  /** A player who has a seat is about to be let in. */
  "auth",
  /** A player is let in, in this step. */
  "join",
  /** The log has a player, who was not told so. */
  "joined",
  /** A player comes back, in this step. */
  "resume",
] as const;
export type DoomPoint = (typeof DOOM_POINTS)[number];

export const DOOM_SIGNALS = ["SIGKILL", "SIGSTOP"] as const;
export type DoomSignal = (typeof DOOM_SIGNALS)[number];

let armed: DoomPoint | undefined;
let signal: DoomSignal = "SIGKILL";

export function arm(point: DoomPoint, by: DoomSignal = "SIGKILL"): void {
  armed = point;
  signal = by;
}

export function isArmed(...points: readonly DoomPoint[]): boolean {
  return armed !== undefined && points.includes(armed);
}

/** Does not return when the point is armed to end the process; when it is to stop it, returns once it goes on. */
export function reach(point: DoomPoint): void {
  if (armed !== point) return;
  armed = undefined;
  process.kill(process.pid, signal);
}
