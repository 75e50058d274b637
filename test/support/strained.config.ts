/** Burning rooms at a host that gives up nothing but newcomers, then new rooms, and soon. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Burner, BurnerRoom } from "./burner.ts";

export default defineHost({
  rooms: { burner: { type: Burner, room: BurnerRoom } },
  store: storeFromEnv(),
  strain: {
    halfPatchesAt: false,
    thirdPatchesAt: false,
    nearInterestAt: false,
    nearestInterestAt: false,
    refuseJoinsAt: 0.9,
    refuseRoomsAt: process.env.REFUSES_ROOMS === "no" ? false : 0.95,
    stepMs: 1_000,
    calmMs: 1_000,
  },
});
