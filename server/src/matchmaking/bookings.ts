/**
 * Free seats of rooms that all processes know of, given out one by one: who books is told a room that has one, a room that is being
 * made and will have one, or that it is to make a room. So of any number who come at once no two are sent to the same seat, and one of
 * them makes each room that is due.
 *
 * A booking is a promise of the directory's. The room itself still says yes or no; from then on its row counts the seat. Who asks is told
 * BUSY by a Redis that is silent (breaker.ts); what is given back is given back when it hears again.
 */
import type { Presence } from "@colyseus/core";
import type { Clock } from "../tick/clock.ts";
import type { Breaker } from "./breaker.ts";
import { indexesOf, type Conditions, hiddenPlaces, placesOf, readRow, type Row, rowFrom } from "./listing.ts";
import type { ListingRedis } from "./listing-scripts.ts";
import { LISTINGS } from "./redis-driver.ts";

/** How long a seat is kept for who booked it and did not come to its room, ms. */
export const BOOKED_MS = 15_000;
/** A room whose news was missed is looked for, ms. */
const LOOK_MS = 200;
/** News of rooms that nobody waited for yet. */
const KEPT_NEWS = 1_024;

const MADE = `${LISTINGS}made`;

/** What is asked for. */
export interface Wish {
  readonly typeName: string;
  /** One seat each. */
  readonly sessions: readonly string[];
  /** Join options that rooms of this type are found by. */
  readonly filters: Conditions;
  /** Rooms that were tried and did not take us, and processes none of whose rooms would. */
  readonly avoid: readonly string[];
}

/** A room to be made where there is none. */
export interface Blueprint {
  readonly roomId: string;
  readonly maxPlayers: number;
  /** Only who books it here may have a seat before it is listed. */
  readonly isOwn: boolean;
}

/** Who a room that is being made hangs on. */
export interface Makers {
  readonly maker: string;
  readonly asker: string;
}

/** "later": none that is listed, and the directory has forgotten some. */
export type Booking =
  | { readonly how: "none" }
  | { readonly how: "later" }
  | { readonly how: "make"; readonly roomId: string }
  | { readonly how: "room"; readonly roomId: string; readonly row: Row }
  | { readonly how: "due"; readonly roomId: string; readonly by: Makers };

export interface BookingsOptions {
  readonly redis: ListingRedis;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly me: () => string;
  readonly filtersOf: (typeName: string) => readonly string[];
  readonly breaker: Pick<Breaker, "ask">;
  /** Default {@link BOOKED_MS}. */
  readonly bookedMs?: number;
}

type News = readonly [roomId: string, row: Row | null];

export class Bookings {
  readonly #options: BookingsOptions;
  readonly #news = new Map<string, Row | undefined>();
  readonly #waiting = new Map<string, Set<(row: Row | undefined) => void>>();

  constructor(options: BookingsOptions) {
    this.#options = options;
  }

  /** To be called once before the first booking. */
  async begin(): Promise<void> {
    await this.#options.presence.subscribe(MADE, ([roomId, row]: News) => {
      this.#heard(roomId, row === null ? undefined : rowFrom(row));
    });
    await this.#options.redis.listBegin(LISTINGS);
  }

  /** `blueprint`: undefined books only in rooms that are there. */
  async book({ typeName, sessions, filters, avoid }: Wish, blueprint: Blueprint | undefined): Promise<Booking> {
    const { redis, breaker, clock, me, filtersOf, bookedMs = BOOKED_MS } = this.#options;
    const fields = filtersOf(typeName);
    const since = clock.wallMs();
    const pending = { name: typeName, metadata: filters, createdAt: new Date(since) } as unknown as Row;
    const places = blueprint?.isOwn === true ? hiddenPlaces(since) : placesOf(pending, fields);
    const indexes = blueprint?.isOwn === true ? [] : indexesOf(typeName, fields, filters);
    const by: Makers = { maker: me(), asker: me() };
    const ask = () =>
      redis.listBook(
        LISTINGS,
        JSON.stringify(indexes),
        JSON.stringify(sessions),
        bookedMs,
        JSON.stringify(avoid),
        blueprint?.roomId ?? "",
        JSON.stringify(places),
        blueprint?.maxPlayers ?? 0,
        JSON.stringify(by),
      );
    const answer = await breaker.ask(ask, (late) => this.#undo(bookingOf(late), sessions));
    return bookingOf(answer);
  }

  /** The room did not want them. */
  async cancel(roomId: string, sessions: readonly string[]): Promise<void> {
    await this.#options.redis.listUnbook(LISTINGS, roomId, ...sessions);
  }

  /** Who is to make the room that is ours to make; nobody else can list it. false: it was given up. */
  async assign(roomId: string, maker: string): Promise<boolean> {
    const by: Makers = { maker, asker: this.#options.me() };
    const { redis, breaker } = this.#options;
    return (await breaker.ask(() => redis.listAssign(LISTINGS, roomId, JSON.stringify(by)))) === 1;
  }

  /** The room is being made. */
  async isDue(roomId: string): Promise<boolean> {
    return (await this.#look(roomId)) === "due";
  }

  /** The row of a room that is there. */
  async look(roomId: string): Promise<Row | undefined> {
    const found = await this.#look(roomId);
    return found === null || found === "due" ? undefined : readRow(found);
  }

  /** Who has this place among queues, whether or not the room is there: "" for nobody, "later" when the directory has forgotten some. */
  async queueAt(place: string): Promise<string> {
    const { redis, breaker } = this.#options;
    const [how, id = ""] = await breaker.ask(() => redis.listQueue(LISTINGS, place));
    return how === "later" ? how : id;
  }

  /** Gives a place among queues to another room. false: somebody else did. */
  async enqueue(place: string, from: string, to: string): Promise<boolean> {
    const { redis, breaker } = this.#options;
    return (await breaker.ask(() => redis.listEnqueue(LISTINGS, place, from, to))) === 1;
  }

  /** Nobody is to wait for this room any more; who still makes it will not be able to list it. */
  async giveUp(roomId: string): Promise<void> {
    await this.#options.redis.listGiveUp(LISTINGS, roomId);
  }

  /**
   * Resolves with a room that is being made, once it is; undefined when it was given up, or `mayCome` says no. `mayCome` is asked
   * now and then.
   */
  async made(roomId: string, mayCome: () => boolean): Promise<Row | undefined> {
    for (;;) {
      if (this.#news.has(roomId)) return this.#news.get(roomId);
      const told = await this.#told(roomId);
      if (told !== "nothing") return told;
      const found = await this.#look(roomId);
      if (found === null) return undefined;
      if (found !== "due") return readRow(found);
      if (!mayCome()) return undefined;
    }
  }

  /** Nobody waits for it any more. */
  async #undo(booking: Booking, sessions: readonly string[]): Promise<void> {
    if (booking.how === "make") await this.giveUp(booking.roomId);
    else if (booking.how !== "none" && booking.how !== "later") await this.cancel(booking.roomId, sessions);
  }

  #look(roomId: string): Promise<string | null> {
    const { redis, breaker } = this.#options;
    return breaker.ask(() => redis.listLook(LISTINGS, roomId));
  }

  #told(roomId: string): Promise<Row | undefined | "nothing"> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(roomId) ?? new Set();
      this.#waiting.set(roomId, waiting);
      const hear = (row: Row | undefined) => {
        timer.cancel();
        resolve(row);
      };
      const timer = this.#options.clock.after(LOOK_MS, () => {
        waiting.delete(hear);
        if (waiting.size === 0 && this.#waiting.get(roomId) === waiting) this.#waiting.delete(roomId);
        resolve("nothing");
      });
      waiting.add(hear);
    });
  }

  #heard(roomId: string, row: Row | undefined): void {
    this.#news.set(roomId, row);
    if (this.#news.size > KEPT_NEWS) this.#news.delete(this.#news.keys().next().value!);
    const waiting = this.#waiting.get(roomId) ?? [];
    this.#waiting.delete(roomId);
    for (const hear of waiting) hear(row);
  }
}

function bookingOf([how, roomId = "", text = ""]: Awaited<ReturnType<ListingRedis["listBook"]>>): Booking {
  switch (how) {
    case undefined:
      return { how: "none" };
    case "later":
      return { how };
    case "make":
      return { how, roomId };
    case "room":
      return { how, roomId, row: readRow(text) };
    case "due":
      return { how, roomId, by: JSON.parse(text) as Makers };
  }
}
