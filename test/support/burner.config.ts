import { defineHost, storeFromEnv } from "@ninelives/server";
import { Burner, BurnerRoom } from "./burner.ts";

export default defineHost({ rooms: { burner: { type: Burner, room: BurnerRoom } }, store: storeFromEnv() });
