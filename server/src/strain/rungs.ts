/**
 * What a host gives up when it has too much to do, as data, the first thing first. Another one (how often spectators are told, once there
 * are any) is one more entry, and a field of {@link Relief} for whoever acts on it.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { StrainSettings } from "./settings.ts";

export type RungName =
  | "half-patches"
  | "third-patches"
  | "near-interest"
  | "nearest-interest"
  | "refuse-joins"
  | "refuse-rooms";

/** What the host does less of now. */
export interface Relief {
  /** A room's patches leave every so many ticks. */
  readonly patchEvery: number;
  /** Share of the radius in which players see what is around them, for games that ask. */
  readonly interest: number;
  /** Players who have no seat yet may have one. */
  readonly takesPlayers: boolean;
  readonly makesRooms: boolean;
}

export const NO_RELIEF: Relief = { patchEvery: 1, interest: 1, takesPlayers: true, makesRooms: true };

export interface Rung {
  readonly name: RungName;
  /** The host goes down to it from this strain on, 0 to 1, when it is on the one above. */
  readonly enterAt: number;
  /** The host may leave it again below this one. */
  readonly leaveAt: number;
  /** What holds from here on, besides that of the rungs above. */
  readonly gives: Partial<Relief>;
}

/** What each rung gives up, and the setting that says when. */
const RUNGS = [
  { name: "half-patches", at: "halfPatchesAt", gives: { patchEvery: 2 } },
  { name: "third-patches", at: "thirdPatchesAt", gives: { patchEvery: 3 } },
  { name: "near-interest", at: "nearInterestAt", gives: { interest: 0.75 } },
  { name: "nearest-interest", at: "nearestInterestAt", gives: { interest: 0.5 } },
  { name: "refuse-joins", at: "refuseJoinsAt", gives: { takesPlayers: false } },
  { name: "refuse-rooms", at: "refuseRoomsAt", gives: { makesRooms: false } },
] as const satisfies readonly { name: RungName; at: keyof StrainSettings; gives: Partial<Relief> }[];

/** Those that the settings do not leave out, in order. */
export function rungsOf(settings: StrainSettings): Rung[] {
  return RUNGS.flatMap(({ name, at, gives }) => {
    const enterAt = settings[at];
    return enterAt === false ? [] : [{ name, enterAt, leaveAt: enterAt - LIMITS.strainSlack, gives }];
  });
}

/** What a host gives up that has gone down all of these. */
export function reliefOf(taken: readonly Rung[]): Relief {
  return taken.reduce((relief, { gives }) => ({ ...relief, ...gives }), NO_RELIEF);
}
