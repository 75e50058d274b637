/** The card game's contract: both sides and every bot agree on this. */
import { schema, t } from "@colyseus/schema";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { CHAT } from "../chat.topic.ts";
import { fullDeck, SUITS } from "./cards.rules.ts";

/** Who sits at the table, a player or a bot. `.view()` fields go to their owner alone. */
export const Seat = schema(
  {
    name: t.string().default(""),
    /** Place at the table; the turn goes from a place to the next higher one. */
    place: t.uint8().default(0),
    bot: t.boolean().default(false),
    /** The player's connection is down; the seat is held. */
    away: t.boolean().default(false),
    score: t.uint16().default(0),
    handCount: t.uint8().default(0),
    hand: t.array("string").view(),
    /** The card drawn in this turn, which may still be played; "": none. */
    drawn: t.string().default("").view(),
  },
  "Seat",
);
export type Seat = InstanceType<typeof Seat>;

export const CardsState = schema(
  {
    seats: t.map(Seat),
    /** `waiting`: for a second player. `over`: the round is won, the next one begins soon. */
    phase: t.string<"waiting" | "playing" | "over">().default("waiting"),
    top: t.string().default(""),
    /** Suit the next card has to have: the top's, or the one its eight asked for. */
    suit: t.string().default(""),
    deckCount: t.uint8().default(0),
    /** Whose turn it is, session id. */
    turn: t.string().default(""),
    /** The one in turn has drawn, and plays that card or passes. */
    hasDrawn: t.boolean().default(false),
    /** Room clock at which the turn ends; once the round is over, at which the next one begins. ms. */
    endsMs: t.uint32().default(0),
    /** Length of a turn, ms. */
    turnMs: t.uint32().default(0),
    /** The room clock, once a second, ms: pages count down by it. */
    nowMs: t.uint32().default(0),
    round: t.uint16().default(0),
    /** Who won the last round, session id, and what it brought. */
    winner: t.string().default(""),
    winnerPoints: t.uint16().default(0),
  },
  "CardsState",
);
export type CardsState = InstanceType<typeof CardsState>;

export const CardsMemory = schema(
  {
    /** Face down; the last one is drawn next. */
    deck: t.array("string"),
    /** What lies below the pile's top. */
    pile: t.array("string"),
    /** Room clock at which the bot in turn moves, ms. */
    botMovesAtMs: t.uint32().default(0),
    nextBot: t.uint16().default(1),
  },
  "CardsMemory",
);

const CardId = z.enum(fullDeck());
const SuitId = z.enum(SUITS);

export const Cards = defineRoomType({
  name: "cards",
  tickHz: 10,
  maxPlayers: 4,
  state: CardsState,
  memory: CardsMemory,
  options: z.object({ name: z.string().trim().min(1).max(16).default("Player") }),
  commands: {
    /** `suit`: what an eight asks for. `left`: cards in the hand. */
    play: { payload: z.object({ card: CardId, suit: SuitId.optional() }), result: z.object({ left: z.number() }) },
    /** A card that fits may be played at once, or the turn passed; with any other the turn is over. */
    draw: { payload: z.object({}), result: z.object({ card: CardId, fits: z.boolean() }) },
    pass: { payload: z.object({}), result: z.object({}) },
  },
  events: {
    played: z.object({ by: z.string(), card: CardId, suit: SuitId, left: z.number() }),
    /** To everyone but the one who drew. */
    drew: z.object({ by: z.string(), count: z.number() }),
    roundWon: z.object({ by: z.string(), name: z.string(), points: z.number(), round: z.number() }),
  },
  topics: CHAT,
  tuning: z.object({
    turnSeconds: z.number().min(3).max(600).default(20).meta({ unit: "s", applies: "next-room" }),
    handSize: z.int().min(2).max(10).default(5).meta({ unit: "cards", applies: "next-room" }),
    fillTo: z.int().min(0).max(4).default(2).meta({ unit: "seats", applies: "next-room" }),
    roundPauseSeconds: z.number().min(1).max(120).default(6).meta({ unit: "s", applies: "next-room" }),
    botThinkSeconds: z.number().min(0.1).max(60).default(1.2).meta({ unit: "s", applies: "next-room" }),
  }),
});
