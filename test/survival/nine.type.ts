/** A room type of which everything has to survive: what tests of takeovers play in. */
import { schema, t } from "@colyseus/schema";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { DOOM_POINTS, DOOM_SIGNALS } from "./doom.ts";

export const NinePlayer = schema(
  { name: t.string().default(""), away: t.boolean().default(false), hand: t.array("string").view() },
  "NinePlayer",
);
export type NinePlayer = InstanceType<typeof NinePlayer>;

export const NineState = schema(
  {
    count: t.uint32().default(0),
    ticks: t.uint32().default(0),
    rung: t.string().default(""),
    downtimeMs: t.uint32().default(0),
    restores: t.uint32().default(0),
    players: t.map(NinePlayer),
    marks: t.set("string"),
  },
  "NineState",
);

const NineMemory = schema({ applied: t.map("uint32"), deck: t.array("string") }, "NineMemory");

export const Nine = defineRoomType({
  name: "nine",
  tickHz: 30,
  maxPlayers: 100,
  snapshotEveryTicks: 60,
  state: NineState,
  memory: NineMemory,
  input: schema({ dx: t.int8().default(0) }, "NineInput"),
  options: z.object({ name: z.string().max(20).default("anon"), seats: z.int().default(100) }),
  commands: {
    /** Each number once, in order. */
    add: { payload: z.object({ n: z.int() }), result: z.object({ count: z.int(), times: z.int() }) },
    draw: { payload: z.object({}), result: z.object({ card: z.string() }) },
    ring: { payload: z.object({ inTicks: z.int(), text: z.string() }), result: z.object({ timer: z.int() }) },
    unring: { payload: z.object({ timer: z.int() }), result: z.object({ was: z.boolean() }) },
    roll: { payload: z.object({}), result: z.object({ next: z.number() }) },
    list: { payload: z.object({ metadata: z.string(), locked: z.boolean() }), result: z.object({}) },
    look: { payload: z.object({}), result: z.object({ tick: z.int(), elapsedMs: z.number(), auth: z.string() }) },
    /** How many numbers the caller has added, and how often the one that was added most. */
    tally: { payload: z.object({}), result: z.object({ added: z.int(), most: z.int() }) },
    /** What the next restore does. */
    trap: { payload: z.object({ what: z.enum(["throw", "kill"]) }), result: z.object({}) },
    /** Ends, or stops, the process with this id, and no later owner, as soon as it comes by that point. */
    die: {
      payload: z.object({
        at: z.enum(DOOM_POINTS),
        pid: z.int(),
        signal: z.enum(DOOM_SIGNALS).default("SIGKILL"),
      }),
      result: z.object({}),
    },
  },
  events: { added: z.object({ by: z.string(), n: z.int() }) },
  topics: {
    chat: { payload: z.object({ text: z.string() }), scope: "room" },
    "party/*": { payload: z.object({ text: z.string() }), scope: "host" },
  },
  timers: { bell: z.object({ text: z.string() }) },
});
