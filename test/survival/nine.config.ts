/** What a host that dies runs in a process of its own. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { BoardRoom } from "../support/plain-room.ts";
import { NineRoom } from "./nine.room.ts";
import { Nine } from "./nine.type.ts";

export default defineHost({
  rooms: { nine: { type: Nine, room: NineRoom }, board: BoardRoom },
  store: storeFromEnv(),
  seatHoldSeconds: 20,
});
