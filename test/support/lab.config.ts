/** What a lab host runs in a process of its own. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Lab, LabRoom } from "./lab.ts";

export default defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: storeFromEnv(), seatHoldSeconds: 1 });
