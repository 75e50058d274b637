/** The arena's contract: both sides and every bot agree on this. */
import { schema, t } from "@colyseus/schema";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { CHAT } from "../chat.topic.ts";

/** One ship, a player's or a bot's. Positions in px, speeds in px/s, angles in radians. */
export const Ship = schema(
  {
    name: t.string().default(""),
    /** Colour on the wheel, degrees. */
    hue: t.uint16().default(0),
    bot: t.boolean().default(false),
    x: t.float32().default(0),
    y: t.float32().default(0),
    vx: t.float32().default(0),
    vy: t.float32().default(0),
    aim: t.float32().default(0),
    /** Seconds until the gun is ready. */
    cooldown: t.float32().default(0),
    hp: t.uint8().default(0),
    alive: t.boolean().default(false),
    /** Room clock at which a dead ship comes back, ms. */
    respawnAtMs: t.uint32().default(0),
    score: t.int16().default(0),
    deaths: t.uint16().default(0),
    /** Kills since the last death. */
    streak: t.uint8().default(0),
    /** The player's connection is down; the seat is held. */
    away: t.boolean().default(false),
  },
  "Ship",
);
export type Ship = InstanceType<typeof Ship>;

/** A shot flies straight: where it is follows from where and when it began, so it is sent once. */
export const Shot = schema(
  {
    owner: t.string().default(""),
    x: t.float32().default(0),
    y: t.float32().default(0),
    vx: t.float32().default(0),
    vy: t.float32().default(0),
    /** Room clock at which it left the gun, ms. */
    bornMs: t.uint32().default(0),
  },
  "Shot",
);
export type Shot = InstanceType<typeof Shot>;

/** Health lying on the ground. */
export const Pack = schema(
  { x: t.float32().default(0), y: t.float32().default(0), ready: t.boolean().default(true) },
  "Pack",
);
export type Pack = InstanceType<typeof Pack>;

/** The numbers both sides simulate with, as this room was made with them. */
export const Rules = schema(
  {
    accel: t.float32().default(0),
    drag: t.float32().default(0),
    shotSpeed: t.float32().default(0),
    shotLifeMs: t.uint16().default(0),
    cooldownMs: t.uint16().default(0),
    maxHp: t.uint8().default(0),
  },
  "Rules",
);
export type Rules = InstanceType<typeof Rules>;

export const ArenaState = schema(
  {
    rules: t.ref(Rules),
    ships: t.map(Ship),
    shots: t.map(Shot),
    packs: t.array(Pack),
    /** A round is being played; false: the scores are shown. */
    playing: t.boolean().default(true),
    /** Room clock at which this phase ends, ms. */
    phaseEndsMs: t.uint32().default(0),
    round: t.uint16().default(1),
    /** Times this match has gone on in another process. */
    restores: t.uint16().default(0),
    /** Ticks that nobody ran before it last did. */
    ticksLost: t.uint32().default(0),
  },
  "ArenaState",
);
export type ArenaState = InstanceType<typeof ArenaState>;

/** What only the server knows of a shot. */
export const ShotSecret = schema(
  {
    /** How far in the past its shooter saw the others when it left, ms: hits are judged there. */
    seenAgoMs: t.float32().default(0),
  },
  "ShotSecret",
);

export const ArenaMemory = schema(
  {
    shots: t.map(ShotSecret),
    nextShot: t.uint32().default(1),
    nextBot: t.uint16().default(1),
    /** Room clock at which each pack comes back, ms. */
    packReadyMs: t.array("uint32"),
    /** Inputs each session may still have applied: nobody plays faster than time. */
    credit: t.map("uint8"),
  },
  "ArenaMemory",
);

export const ArenaInput = schema(
  {
    /** Stick, -127 to 127 each way. */
    moveX: t.int8().default(0),
    moveY: t.int8().default(0),
    aim: t.float32().default(0),
    fire: t.boolean().default(false),
  },
  "ArenaInput",
);
export type ArenaInput = InstanceType<typeof ArenaInput>;

const Name = z.string().trim().min(1).max(16);

export const Arena = defineRoomType({
  name: "arena",
  tickHz: 30,
  maxPlayers: 16,
  state: ArenaState,
  memory: ArenaMemory,
  input: ArenaInput,
  options: z.object({ name: Name.default("Player") }),
  commands: {
    /** Comes back at once instead of waiting; only for a dead ship. `at`: the room clock, ms. */
    respawn: { payload: z.object({}), result: z.object({ at: z.number() }) },
    rename: { payload: z.object({ name: Name }), result: z.object({ name: z.string() }) },
  },
  events: {
    kill: z.object({ by: z.string(), of: z.string(), streak: z.number() }),
    hit: z.object({ on: z.string(), x: z.number(), y: z.number(), hp: z.number() }),
    roundOver: z.object({ winner: z.string(), name: z.string(), score: z.number() }),
  },
  topics: CHAT,
  /** A duel. */
  matching: { teams: 2, size: 1, acceptMs: 15_000, skill: { window: 150, widenPerSecond: 25, max: 600 } },
  tuning: z.object({
    accel: z.number().min(0).max(10_000).default(1500).meta({ unit: "px/s²", applies: "next-room" }),
    drag: z.number().min(0).max(50).default(5).meta({ unit: "1/s", applies: "next-room" }),
    shotSpeed: z.number().min(50).max(5_000).default(760).meta({ unit: "px/s", applies: "next-room" }),
    shotLifeMs: z.int().min(50).max(10_000).default(1_100).meta({ unit: "ms", applies: "next-room" }),
    cooldownMs: z.int().min(20).max(10_000).default(240).meta({ unit: "ms", applies: "next-room" }),
    damage: z.int().min(1).max(255).default(20).meta({ unit: "hp", applies: "next-room" }),
    maxHp: z.int().min(1).max(255).default(100).meta({ unit: "hp", applies: "next-room" }),
    packHp: z.int().min(0).max(255).default(50).meta({ unit: "hp", applies: "next-room" }),
    packEveryMs: z.int().min(500).max(600_000).default(12_000).meta({ unit: "ms", applies: "next-room" }),
    respawnMs: z.int().min(0).max(60_000).default(2_500).meta({ unit: "ms", applies: "next-room" }),
    roundMs: z.int().min(5_000).max(3_600_000).default(180_000).meta({ unit: "ms", applies: "next-room" }),
    pauseMs: z.int().min(1_000).max(120_000).default(8_000).meta({ unit: "ms", applies: "next-room" }),
    fillTo: z.int().min(0).max(16).default(6).meta({ unit: "ships", applies: "next-room" }),
  }),
});
