/**
 * The memory tree of a room as the log holds it: what the framework remembers (`host`) beside what the game does (`game`).
 * New fields of the framework's classes go behind the others: a log of an earlier build is read by today's (log/layout.ts).
 * Every reader of a log needs the same class, so it is made here, once per room type.
 */
import { type Schema, schema, t } from "@colyseus/schema";
import { seedWords } from "../sim/random.ts";
import type { MemoryOf, RoomType, SchemaClass } from "../room-type.ts";

/** One player's place in the room, from the join until the player has left for good. */
export const Seat = schema(
  {
    /** Tick of the join. */
    joinedTick: t.uint32().default(0),
    /** false while the player is away and the seat is held. */
    connected: t.boolean().default(true),
    /** The newest of its pages: each page that takes the seat, after a reload or in a second tab, gets the next number. */
    page: t.uint32().default(1),
    /** Patterns the player is subscribed to; `@` and a topic: its members are watched. */
    topics: t.map("boolean"),
    /** What the room's `onAuth` said of the player, JSON; empty: nothing, or nothing that JSON can carry. */
    auth: t.string().default(""),
    /** The player may not know yet that it has the seat: its client never said that it is in. */
    untold: t.boolean().default(false),
    /** Layout of the state that its connection began with, in short; a stock client reads all that comes after by it. */
    layout: t.string().default(""),
    /** In a match that a queue made: the player's team, from 0; -1: none. */
    team: t.int8().default(-1),
    skill: t.float64().default(0),
    /** Whom the player's token named; empty: a guest. When the newest one was issued, and when it runs out, ms since 1970. */
    userId: t.string().default(""),
    tokenIssuedMs: t.float64().default(0),
    tokenEndsMs: t.float64().default(0),
    /** Its tokens below this are spent; 0: of a build that had a single one, and not rotated since. */
    generation: t.uint32().default(0),
    /** Of that generation the one that is not spent; 0: none was told yet, or {@link generation} is 0. */
    branch: t.uint32().default(0),
    /** The first generation that the newest of its pages was told. */
    pageGeneration: t.uint32().default(0),
  },
  "Seat",
);
export type Seat = InstanceType<typeof Seat>;

export const TopicMessage = schema(
  {
    offset: t.uint32().default(0),
    /** Session id of who published it; empty for the server. */
    from: t.string().default(""),
    /** MessagePack in base64. */
    payload: t.string().default(""),
  },
  "TopicMessage",
);
export type TopicMessage = InstanceType<typeof TopicMessage>;

/** What is kept of one concrete topic. */
export const TopicHistory = schema(
  {
    /** Number of the newest message. */
    offset: t.uint32().default(0),
    /** Number of the oldest one kept; offset + 1: none is. */
    first: t.uint32().default(1),
    /** Payloads kept, characters. */
    bytes: t.uint32().default(0),
    /** Offset -> message. */
    messages: t.map(TopicMessage),
  },
  "TopicHistory",
);
export type TopicHistory = InstanceType<typeof TopicHistory>;

/** What is to happen at a later tick, whoever owns the room then. */
export const DurableTimer = schema(
  {
    /** Tick it is due at. */
    dueTick: t.uint32().default(0),
    /** Name of the room type's timer. */
    name: t.string().default(""),
    /** JSON. */
    payload: t.string().default(""),
  },
  "DurableTimer",
);
export type DurableTimer = InstanceType<typeof DurableTimer>;

const RandomState = schema({ a: t.uint32(), b: t.uint32(), c: t.uint32(), d: t.uint32() }, "RandomState");

export const HostMemory = schema(
  {
    /** Seat tokens are made with it, so that the next owner of the room knows them. */
    secret: t.string().default(""),
    /** State of the room's `random`. */
    random: t.ref(RandomState),
    /** Session id -> seat. */
    seats: t.map(Seat),
    /** Epoch of this room's topics, from the first use on. */
    topicEpoch: t.string().default(""),
    /** Concrete topic -> its history. */
    topics: t.map(TopicHistory),
    /** Number of a durable timer -> what is to happen. Numbers only grow. */
    timers: t.map(DurableTimer),
    nextTimer: t.uint32().default(1),
    /** Wall clock at the room's time 0, ms since 1970, moved on by pauses: says how long nobody had the room. */
    bornWallMs: t.float64().default(0),
    /** What the room was made with, JSON. */
    createOptions: t.string().default("{}"),
    /** How the room is listed for matchmaking, JSON. */
    listing: t.string().default("{}"),
    /** What a plain room's `serialize()` returned, JSON; empty: it has none. */
    fields: t.string().default(""),
    /** What the queue that made the room said of the match, JSON; empty: no queue did. */
    match: t.string().default(""),
  },
  "HostMemory",
);
export type HostMemory = InstanceType<typeof HostMemory>;

export interface RoomMemory<T extends RoomType> extends Schema {
  host: HostMemory;
  game: MemoryOf<T>;
}

const made = new WeakMap<RoomType, SchemaClass>();

/** The memory of a new room, its chance seeded. `secret`: unguessable, the room's own. */
export function newRoomMemory<T extends RoomType>(type: T, seed: number, secret: string): RoomMemory<T> {
  const memory = new (roomMemoryClass(type))();
  memory.host = newHostMemory(seed, secret);
  memory.game = new type.memory() as RoomMemory<T>["game"];
  return memory;
}

function newHostMemory(seed: number, secret: string): HostMemory {
  return new HostMemory({ secret, random: new RandomState(seedWords(seed)) });
}

/** The class of a room type's whole memory tree; the same class at every call. */
export function roomMemoryClass<T extends RoomType>(type: T): SchemaClass<RoomMemory<T>> {
  let found = made.get(type);
  if (found === undefined) {
    found = schema(
      { host: t.ref(HostMemory), game: t.ref(type.memory) },
      `${type.name}:memory`,
    ) as unknown as SchemaClass;
    made.set(type, found);
  }
  return found as SchemaClass<RoomMemory<T>>;
}
