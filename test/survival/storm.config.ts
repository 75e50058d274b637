/** What the hosts run that many ask for rooms at once. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Quick, QuickRoom, Slow, SlowRoom } from "./storm.type.ts";

export default defineHost({
  rooms: { quick: { type: Quick, room: QuickRoom }, slow: { type: Slow, room: SlowRoom as typeof QuickRoom as never } },
  store: storeFromEnv(),
  seatHoldSeconds: 20,
});
