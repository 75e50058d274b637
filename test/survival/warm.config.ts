/** As storm.config.ts, with rooms kept ready: WARM of each type. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Quick, QuickRoom, Slow, SlowRoom } from "./storm.type.ts";

const warm = Number(process.env.WARM ?? 2);

export default defineHost({
  rooms: {
    quick: { type: Quick, room: QuickRoom, warm },
    slow: { type: Slow, room: SlowRoom as typeof QuickRoom as never, warm: Math.min(warm, 1) },
  },
  store: storeFromEnv(),
  seatHoldSeconds: 20,
});
