/**
 * Matches that nobody else can go on with, when their process is told to go: a deploy brought another version of their room type, and no
 * way to it. Each is played on here until it ends, until somebody comes who can take it, or until the time for it is over; then it is
 * set aside, its log kept. Nobody new is let in.
 *
 * The end of all processes looks alike for a moment: who has been alone for LIMITS.aloneMs leaves its matches to whoever comes next.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import type { Member } from "./members.ts";

/** Who goes on with a room; "nobody": no process stays; "stranded": of those that stay none can. */
export type Heir = Member | "nobody" | "stranded";

export interface FinishOptions {
  readonly clock: Clock;
  readonly withinMs: number;
  readonly heirOf: (roomId: string) => Promise<Heir>;
  readonly rooms: {
    isHere(roomId: string): boolean;
    /** Lets nobody new in. */
    close(roomId: string): Promise<void>;
    /** Lets it go on elsewhere. */
    handOver(roomId: string, to: Member | undefined): Promise<void>;
    setAside(roomId: string): Promise<void>;
  };
}

/** Resolves when the room is not here any more. */
export async function finish(roomId: string, { clock, withinMs, heirOf, rooms }: FinishOptions): Promise<void> {
  const endsAtMs = clock.now() + withinMs;
  let aloneFromMs: number | undefined;
  await rooms.close(roomId);
  while (rooms.isHere(roomId)) {
    const heir = await heirOf(roomId);
    if (typeof heir === "object") return rooms.handOver(roomId, heir);
    aloneFromMs = heir === "nobody" ? (aloneFromMs ?? clock.now()) : undefined;
    if (aloneFromMs !== undefined && clock.now() - aloneFromMs >= LIMITS.aloneMs)
      return rooms.handOver(roomId, undefined);
    if (clock.now() >= endsAtMs) return rooms.setAside(roomId);
    await new Promise<void>((resolve) => clock.after(Math.min(LIMITS.beatMs, endsAtMs - clock.now()), resolve));
  }
}
