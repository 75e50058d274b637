/**
 * queueOf(): the room in which players of a type wait for a match. It is a room as any other, so its log has who waits and who was
 * brought together, and it goes on when its process dies.
 *
 *   join -> place, place, … -> found -> accept -> ready -> command `seat` -> the match -> leave
 *
 * A player whose match comes to nothing is `back` in its place, or `out`.
 */
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { LIMITS } from "../protocol/limits.ts";
import { defineRoomType, type JoinInput, type JoinOptions, type RoomType, type SchemaClass } from "../room-type.ts";

export const QueueState = schema(
  {
    /** Tickets that wait: players and whole parties. */
    waiting: t.uint32().default(0),
    /** What those who were matched lately waited on average, ms; -1: nobody was yet. */
    typicalWaitMs: t.int32().default(-1),
  },
  "QueueState",
);

/** One player who waits. */
export const Waiter = schema(
  {
    ticket: t.string().default(""),
    key: t.string().default(""),
    skill: t.float64().default(0),
    /** Join options, latencies, filters, and what `onAuth` said, JSON. */
    options: t.string().default("{}"),
    latencies: t.string().default("{}"),
    filters: t.string().default("{}"),
    auth: t.string().default(""),
    away: t.boolean().default(false),
    /** Session in the match's room: unguessable, the same however often the seat is asked for. */
    seat: t.string().default(""),
    hasAccepted: t.boolean().default(false),
  },
  "Waiter",
);
export type Waiter = InstanceType<typeof Waiter>;

/** A player or a party, until it is in its match. */
export const QueuedTicket = schema(
  {
    /** How many they are, together. */
    size: t.uint8().default(1),
    /** Room clock at which the last of them came, ms; 0: some are still missing. */
    sinceMs: t.float64().default(0),
    /** Room clock at which the first of them came, ms. */
    bornMs: t.float64().default(0),
    /** The match it is in; empty: it waits. */
    match: t.string().default(""),
    team: t.uint8().default(0),
  },
  "QueuedTicket",
);
export type QueuedTicket = InstanceType<typeof QueuedTicket>;

export const QueuedMatch = schema(
  {
    /** `accepting`, `making`, `ready`. */
    stage: t.string().default("accepting"),
    /** Of its room; another one when that room came to nothing. */
    roomId: t.string().default(""),
    /** Its room runs, and has free seats. */
    isBackfill: t.boolean().default(false),
    /** Empty: regions do not count. */
    region: t.string().default(""),
    skill: t.float64().default(0),
    /** Room clock at which this stage ends, ms. */
    endsMs: t.float64().default(0),
    /** Attempts to make its room that the game's code failed. */
    failures: t.uint8().default(0),
  },
  "QueuedMatch",
);
export type QueuedMatch = InstanceType<typeof QueuedMatch>;

export const QueueMemory = schema(
  {
    /** By session in the queue. */
    waiters: t.map(Waiter),
    tickets: t.map(QueuedTicket),
    matches: t.map(QueuedMatch),
    /** Tickets and matches are numbered. */
    next: t.uint32().default(1),
  },
  "QueueMemory",
);
export type QueueMemory = InstanceType<typeof QueueMemory>;

const match = z.string();
const reason = z.enum(["declined", "late", "party", "gone", "failed"]);

const EVENTS = {
  /** `place`: from 1; tickets in front and this one. `waitMs`: what is likely still to come, undefined: nobody can say. */
  place: z.object({ place: z.int(), waitMs: z.number().optional() }),
  /** A match is there for those who accept it: command `accept`. */
  found: z.object({ match, players: z.int(), acceptMs: z.number() }),
  accepted: z.object({ match, accepted: z.int(), players: z.int() }),
  /** Waits again in the same place. `reason`: of another player of the match. */
  back: z.object({ reason }),
  /** The match's room is there. */
  ready: z.object({ match, roomId: z.string(), team: z.int() }),
  /** Not in the queue any more. */
  out: z.object({ reason }),
};

/** As a join is answered by matchmaking. */
const seat = z.object({
  name: z.string(),
  roomId: z.string(),
  sessionId: z.string(),
  processId: z.string(),
  publicAddress: z.string().optional(),
  doors: z.array(z.string()).optional(),
});

const COMMANDS = {
  accept: { payload: z.object({ match }), result: z.object({}) },
  decline: { payload: z.object({ match }), result: z.object({}) },
  /** The seat in the match's room, again and again until it is taken. Without `seat`: the room is gone, and the player waits again. */
  seat: { payload: z.object({ match }), result: z.object({ seat: seat.optional() }) },
  /** Where this player stands. */
  where: {
    payload: z.object({}),
    result: z.object({
      stage: z.enum(["party", "waiting", "accepting", "making", "ready", "out"]),
      match: match.optional(),
      roomId: z.string().optional(),
      team: z.int().optional(),
      players: z.int().optional(),
      acceptMs: z.number().optional(),
    }),
  },
};

export type QueueStage = z.output<(typeof COMMANDS)["where"]["result"]>["stage"];
export type QueueReason = z.output<typeof reason>;
export type MatchSeat = z.output<typeof seat>;

/** What a player says of itself. A room class's `ticketOf` may know better. */
const wish = {
  /** Default 0. */
  skill: z.number().default(0),
  /** Way to each region that can be reached, ms. */
  latencies: z
    .record(z.string().max(40), z.number().min(0))
    .refine((regions) => Object.keys(regions).length <= LIMITS.queueRegions, `at most ${LIMITS.queueRegions} expected`)
    .default({}),
  /** Friends who wait together, and are in one team: all say the same name, which only they know, and how many they are. */
  /** Who asks, by a name that only it knows: who asks again under it takes the place it has. Default: somebody new. */
  key: z.string().min(1).max(80).optional(),
  party: z.strictObject({ name: z.string().min(1).max(80), size: z.int().min(1).max(LIMITS.partyMax) }).optional(),
};

type QueueOptions<T extends RoomType> = z.ZodObject<typeof wish & { options: T["options"] }>;

/** Checked, and kept as they were said: the match's room reads them again. */
function asSaid<Options extends z.ZodType>(options: Options): Options {
  const checked = z.unknown().superRefine((said, context) => {
    for (const { message, path } of options.safeParse(said).error?.issues ?? [])
      context.addIssue({ code: "custom", message, path });
    if ((JSON.stringify(said) ?? "").length > LIMITS.queueOptionsChars)
      context.addIssue({ code: "custom", message: `at most ${LIMITS.queueOptionsChars} characters of JSON expected` });
  });
  return checked as unknown as Options;
}

export type QueueType<T extends RoomType> = RoomType<
  string,
  typeof QueueState,
  typeof QueueMemory,
  SchemaClass<never>,
  typeof COMMANDS,
  typeof EVENTS,
  QueueOptions<T>
>;

export type QueueWish<T extends RoomType> = JoinInput<QueueType<T>>;
export type CheckedWish = Omit<JoinOptions<QueueType<RoomType>>, "options">;

const SUFFIX = "-queue";
const made = new WeakMap<RoomType, RoomType>();

/** Of what name the queue of a type is. */
export function queueName(typeName: string): string {
  return `${typeName}${SUFFIX}`;
}

/** The same value at every call. Throws a TypeError for a type without `matching`. */
export function queueOf<T extends RoomType>(type: T): QueueType<T> {
  if (type.matching === undefined) throw new TypeError(`room type "${type.name}": \`matching\` expected for a queue`);
  let found = made.get(type);
  if (found === undefined) {
    found = defineRoomType({
      name: queueName(type.name),
      version: type.version,
      tickHz: LIMITS.queueTickHz,
      maxPlayers: LIMITS.queuePlayers,
      state: QueueState,
      memory: QueueMemory,
      commands: COMMANDS,
      events: EVENTS,
      options: z.object({ ...wish, options: asSaid(type.options) }),
    }) as unknown as RoomType;
    made.set(type, found);
  }
  return found as unknown as QueueType<T>;
}
