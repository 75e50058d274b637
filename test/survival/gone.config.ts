/** What the hosts run whose Redis is gone: rooms with a log, and rooms that need none. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { NineRoom } from "./nine.room.ts";
import { Nine } from "./nine.type.ts";
import { Casual, QuickRoom } from "./storm.type.ts";

export default defineHost({
  rooms: { nine: { type: Nine, room: NineRoom }, casual: { type: Casual, room: QuickRoom as never } },
  store: storeFromEnv(),
  seatHoldSeconds: 60,
});
