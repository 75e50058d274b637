/** What this host runs. Start it with `npm start`; environment: PORT, NINELIVES_DIR, REDIS_URL, PUBLIC_ADDRESS, INNER_ADDRESS, TRUSTED_PROXIES, AUTH_*, BEHIND_TLS, OPERATOR_TOKEN, LOG_LEVEL, NODE_ENV. */
import { defineHost, HEARTBEAT, storeFromEnv } from "@ninelives/server";
import { ArenaRoom } from "./games/arena/arena.room.ts";
import { Arena } from "./games/arena/arena.type.ts";
import { CardsRoom } from "./games/cards/cards.room.ts";
import { Cards } from "./games/cards/cards.type.ts";

export default defineHost({
  rooms: {
    arena: { type: Arena, room: ArenaRoom, tuning: "games/arena/arena.tuning.yaml" },
    cards: { type: Cards, room: CardsRoom, tuning: "games/cards/cards.tuning.yaml" },
  },
  store: storeFromEnv(),
  seatHoldSeconds: 60,
  heartbeat: HEARTBEAT.game,
  pages: "web/dist",
});
