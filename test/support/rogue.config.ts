/** Rooms that start what nobody waits for; and, at a signal, a throw that is no room's. */
import { defineHost, storeFromEnv } from "@ninelives/server";
import { Rogue, RogueRoom } from "./rogue.ts";

process.on("SIGUSR2", () => {
  throw new Error("a throw of nobody's");
});

export default defineHost({ rooms: { rogue: { type: Rogue, room: RogueRoom } }, store: storeFromEnv() });
