/** A small room type for the proofs of the types, the same one on every side. */
import { schema, t } from "@colyseus/schema";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const DuelState = schema({ round: t.uint8().default(1), names: t.map("string") }, "DuelState");
export const DuelMemory = schema({ secret: t.uint32().default(7) }, "DuelMemory");
export const DuelInput = schema({ dx: t.int8(), fire: t.boolean() }, "DuelInput");

export const Duel = defineRoomType({
  name: "duel",
  tickHz: 20,
  maxPlayers: 2,
  state: DuelState,
  memory: DuelMemory,
  input: DuelInput,
  commands: {
    rename: {
      payload: z.object({ to: z.string(), loud: z.boolean().default(false) }),
      result: z.object({ was: z.string() }),
    },
    yield: { payload: z.object({}), result: z.object({ round: z.number() }) },
  },
  events: { won: z.object({ by: z.string() }), tied: z.object({}) },
  options: z.object({ name: z.string() }),
  tuning: z.object({ speed: z.number().default(3) }),
});

/** A type that leaves everything out that may be left out. */
export const Bare = defineRoomType({ name: "bare", tickHz: 1, maxPlayers: 1, state: DuelState });
