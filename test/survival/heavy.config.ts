/** A heavy room is to be moved on. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Burner, BurnerRoom } from "../support/burner.ts";

export default defineHost({
  rooms: { burner: { type: Burner, room: BurnerRoom } },
  store: storeFromEnv(),
  tickBudget: 0.3,
  onOverBudget: "move",
});
