/** What hosts run whose players show tokens: keys and guests as the environment says. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Club, ClubRoom } from "./club.ts";

export default defineHost({
  rooms: { club: { type: Club, room: ClubRoom } },
  store: storeFromEnv(),
  seatHoldSeconds: 30,
});
