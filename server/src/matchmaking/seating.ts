/**
 * From a wish to a promised seat, where processes share their rooms: book a free seat (bookings.ts), make the room when it is ours to
 * make, and have the room itself say yes. What fails on the way gives the booking back and books again, elsewhere: a room that filled
 * up, an owner or a maker that died or stands still. Where the directory has forgotten rooms who finds none waits until all owners have
 * listed theirs anew. A room that was given up can never be listed, whoever wakes up with it.
 */
import {
  type AuthContext,
  ErrorCode,
  generateId,
  matchMaker,
  type Presence,
  requestFromIPC,
  ServerError,
} from "@colyseus/core";
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import { pause } from "./as-long-as.ts";
import { askRoom, type RoomFinder, whileLives } from "./ask-room.ts";
import type { Booking, Bookings } from "./bookings.ts";
import { busyError } from "./busy.ts";
import type { Conditions, Row } from "./listing.ts";
import type { Newcomers } from "./newcomers.ts";
import { QueueSeats } from "./queue-seats.ts";

/** Seats of a plain room of which none was made yet: whoever comes waits for the first one, and its room says how many it has. */
const UNKNOWN_SEATS = 1_000_000;

export interface SeatingOptions {
  readonly bookings: Bookings;
  readonly presence: Presence;
  readonly finder: RoomFinder;
  /** undefined for a plain room. */
  readonly typeOf: (typeName: string) => RoomType | undefined;
  /** Rooms of this type are queues. */
  readonly isQueue: (typeName: string) => boolean;
  /** Which process makes a new room. */
  readonly placeOfNew: (typeName: string, region: string | undefined, isFor: "newcomer" | "match") => Promise<string>;
  readonly newcomers: Newcomers;
}

/** A room to be made. */
export interface Plan {
  readonly roomId: string;
  readonly typeName: string;
  readonly options: Conditions;
  /** Where it is to be, if there is a process; undefined: anywhere. */
  readonly region?: string | undefined;
}

export type SeatReservation = ReturnType<typeof matchMaker.buildSeatReservation>;

/** One of those Colyseus's matchmaker has, by a type's name. */
export type ByType = "joinOrCreate" | "join" | "create";

/** One player's way to a seat. */
interface Quest {
  readonly method: ByType;
  readonly typeName: string;
  readonly options: Conditions;
  readonly auth: unknown;
  readonly sessionId: string;
  readonly endsAtMs: number;
  readonly avoid: string[];
}

export class Seating {
  readonly #options: SeatingOptions;
  /** Seats of the last plain room that was made, by name. */
  readonly #seatsOf = new Map<string, number>();
  readonly #queues: QueueSeats;

  constructor(options: SeatingOptions) {
    this.#options = options;
    const { bookings, finder } = options;
    this.#queues = new QueueSeats({ bookings, finder, make: (plan) => this.#make(plan) });
  }

  /** Rejects with what the game's code threw, with Colyseus's MATCHMAKE_INVALID_CRITERIA where no room is, and with BUSY after LIMITS.seatingMs. */
  async seat(method: ByType, typeName: string, options: Conditions, context: AuthContext): Promise<SeatReservation> {
    const { bookings, finder, newcomers } = this.#options;
    const { clock } = finder;
    const auth = await authOf(typeName, options, context);
    const sessionId = (auth as { sessionId?: string } | undefined)?.sessionId ?? generateId();
    const endsAtMs = clock.now() + LIMITS.seatingMs;
    if (this.#options.isQueue(typeName)) {
      const row = await this.#queues.take({ typeName, sessionId, options, auth, endsAtMs });
      return matchMaker.buildSeatReservation(row, sessionId);
    }
    const quest: Quest = { method, typeName, options, auth, sessionId, endsAtMs, avoid: [] };
    while (clock.now() < endsAtMs) {
      const booking = await this.#book(quest);
      if (booking.how === "later") {
        await pause(clock);
        continue;
      }
      if (booking.how === "none") {
        if (newcomers.closed().length > 0)
          throw newcomers.turnedAway(`no room of type "${typeName}" has a free seat but where nobody new is taken`);
        if (quest.avoid.length === 0)
          throw new ServerError(ErrorCode.MATCHMAKE_INVALID_CRITERIA, "no rooms found with provided criteria");
        quest.avoid.length = 0;
        await pause(clock);
        continue;
      }
      const row = await this.#roomOf(booking, quest);
      const owned = row === undefined ? undefined : await this.#reserved(row, quest);
      if (owned !== undefined) return matchMaker.buildSeatReservation(owned, sessionId);
      quest.avoid.push(booking.roomId);
      await bookings.cancel(booking.roomId, [sessionId]);
    }
    throw busyError(`no room of type "${typeName}" promised a seat within ${LIMITS.seatingMs} ms`);
  }

  /**
   * The room that is to have this id: as it is, or made now. undefined: it was given up; ask for one with another id. Rejects with BUSY
   * for one that somebody has, and that is not listed now.
   */
  async room(plan: Plan, maxPlayers: number): Promise<Row | undefined> {
    const { bookings, finder } = this.#options;
    const { roomId, typeName } = plan;
    const known = await bookings.look(roomId);
    if (known !== undefined) return known;
    if (!(await finder.isGone(roomId))) throw busyError(`room "${roomId}" is moving to another process`);
    await bookings.book({ typeName, sessions: [], filters: {}, avoid: [] }, { roomId, maxPlayers, isOwn: true });
    return this.#make(plan);
  }

  async #book({ method, typeName, options, sessionId, avoid }: Quest): Promise<Booking> {
    const { bookings, typeOf, newcomers } = this.#options;
    const { filterBy = [], maxPlayers = this.#seatsOf.get(typeName) ?? UNKNOWN_SEATS } = typeOf(typeName) ?? {};
    const filters = Object.fromEntries(filterBy.map((field) => [field, options[field]]));
    const wish = { typeName, sessions: [sessionId], filters, avoid: [...avoid, ...newcomers.closed()] };
    if (method === "join") return bookings.book(wish, undefined);
    return bookings.book(wish, {
      roomId: generateId(),
      maxPlayers,
      isOwn: method === "create",
    });
  }

  /** undefined: there is none, and will be none. */
  async #roomOf(booking: Exclude<Booking, { how: "none" | "later" }>, quest: Quest): Promise<Row | undefined> {
    if (booking.how === "room") return booking.row;
    const { bookings, finder } = this.#options;
    const { clock, mayLive } = finder;
    const { roomId } = booking;
    if (booking.how === "make") return this.#make({ roomId, ...quest }, "newcomer");
    const { maker, asker } = booking.by;
    const row = await bookings.made(roomId, () => mayLive(maker) && mayLive(asker) && clock.now() < quest.endsAtMs);
    if (row === undefined && clock.now() < quest.endsAtMs) await bookings.giveUp(roomId);
    return row;
  }

  async #make(
    { roomId, typeName, options, region }: Plan,
    isFor: "newcomer" | "match" = "match",
  ): Promise<Row | undefined> {
    const { bookings, presence, placeOfNew, finder } = this.#options;
    const make = (maker: string): Promise<Row> =>
      maker === matchMaker.processId
        ? matchMaker.handleCreateRoom(typeName, options as never, undefined, roomId)
        : requestFromIPC(
            presence,
            `p:${maker}`,
            undefined as never,
            [typeName, options, undefined, roomId],
            LIMITS.makingMs,
          );
    try {
      const maker = await placeOfNew(typeName, region, isFor);
      if (!(await bookings.assign(roomId, maker))) return undefined;
      const row = await whileLives(finder, maker, () => make(maker));
      this.#seatsOf.set(typeName, row.maxClients ?? UNKNOWN_SEATS);
      return row;
    } catch (error) {
      await bookings.giveUp(roomId);
      if (isOfTheProcess(error)) return undefined;
      throw error;
    }
  }

  /** The room as its row is, once it has promised the seat; undefined when it will not. */
  async #reserved(room: Row, { sessionId, options, auth }: Quest): Promise<Row | undefined> {
    const { finder } = this.#options;
    const answered = await askRoom<boolean>(finder, room.roomId, "_reserveSeat", [sessionId, options, auth], room);
    return typeof answered === "object" && answered.answer ? answered.row : undefined;
  }
}

/** As Colyseus does it before it looks for a room: false and nothing are a no, true is a yes without anything to say of the player. */
export async function authOf(typeName: string, options: Conditions, context: AuthContext): Promise<unknown> {
  const { onAuth } = matchMaker.getRoomClass(typeName) as unknown as {
    onAuth?: (token: string | undefined, options: Conditions, context: AuthContext) => unknown;
  };
  if (onAuth === undefined) return undefined;
  const auth = await onAuth(context.token, options, context);
  if (auth === false || auth === null || auth === undefined)
    throw new ServerError(ErrorCode.AUTH_FAILED, "onAuth failed");
  return auth === true ? undefined : auth;
}

/** Another process may do better, with another room. */
function isOfTheProcess(error: unknown): boolean {
  return /ipc_timeout|shutting down|no longer available/.test((error as Error).message);
}
