/** What every host of the failover bench runs. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Field, FieldRoom, HOLD_SECONDS, StockFieldRoom } from "./field.ts";

export default defineHost({
  rooms: { field: { type: Field, room: FieldRoom }, "stock-field": StockFieldRoom },
  store: storeFromEnv(),
  seatHoldSeconds: HOLD_SECONDS,
});
