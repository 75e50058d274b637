/** The host of test/browser/cards.test.ts: one card table, with long hands and a quick bot. */
import { defineHost, HEARTBEAT, storeFromEnv } from "@ninelives/server";
import { CardsRoom } from "../../games/cards/cards.room.ts";
import { Cards } from "../../games/cards/cards.type.ts";

export default defineHost({
  rooms: { cards: { type: Cards, room: CardsRoom, tuning: "test/browser/long-hands.tuning.yaml" } },
  store: storeFromEnv(),
  heartbeat: HEARTBEAT.game,
  pages: "web/dist",
});
