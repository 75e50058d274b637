/** Processes that share nothing but the list of rooms: their logs are their own. */
import { defineHost } from "@ninelives/server";
import { Quick, QuickRoom } from "./storm.type.ts";

export default defineHost({
  rooms: { quick: { type: Quick, room: QuickRoom } },
  store: { kind: "memory" },
  seatHoldSeconds: 20,
});
