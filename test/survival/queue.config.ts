/** What the hosts run at which players wait for their matches. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Crowded, SlowSquad, SlowVersusRoom, Squad, VersusRoom } from "../support/versus.ts";

export default defineHost({
  rooms: {
    squad: { type: Squad, room: VersusRoom as never },
    crowded: { type: Crowded, room: VersusRoom as never },
    "slow-squad": { type: SlowSquad, room: SlowVersusRoom as never },
  },
  store: storeFromEnv(),
  seatHoldSeconds: 30,
});
