/** The host of the queue bench. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Ranked, RankedRoom } from "./ranked.ts";

export default defineHost({ rooms: { ranked: { type: Ranked, room: RankedRoom } }, store: storeFromEnv() });
