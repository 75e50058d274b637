/**
 * Seats in rooms of this process for which nobody else is needed, while the directory is away: those without a log. In a room with a log a
 * player is in when the log knows it, and that waits for the same Redis; nobody is kept waiting for so long.
 *
 * The room alone says yes or no. What other processes had booked in it before counts for nothing, and they ask again.
 */
import { type AuthContext, generateId, type IRoomCache, matchMaker, type Room } from "@colyseus/core";
import { rowOf } from "../adapter.ts";
import { type Conditions, indexesOf, placesOf } from "./listing.ts";
import { authOf, type SeatReservation } from "./seating.ts";

export interface OwnRoomsOptions {
  /** Rooms of this process that have no log. */
  readonly rooms: () => readonly Room[];
  /** Fields that rooms of this type are found by. */
  readonly filtersOf: (typeName: string) => readonly string[];
  /** There is no connection to the directory. */
  readonly isAway: () => boolean;
}

export class OwnRooms {
  readonly #options: OwnRoomsOptions;

  constructor(options: OwnRoomsOptions) {
    this.#options = options;
  }

  get isAway(): boolean {
    return this.#options.isAway();
  }

  /** undefined: it is not among them. */
  row(roomId: string): IRoomCache | undefined {
    return this.#rows().find((row) => row.roomId === roomId);
  }

  /** Those with a free seat, as they would be found by the directory, the oldest first. */
  found(typeName: string, options: Conditions): IRoomCache[] {
    const fields = this.#options.filtersOf(typeName);
    const indexes = indexesOf(typeName, fields, options);
    const fit = this.#rows().filter((row) => {
      const { in: places } = placesOf(row, fields);
      return row.clients < row.maxClients && indexes.every((index) => places.includes(index));
    });
    return fit.toSorted((a, b) => placesOf(a, fields).since - placesOf(b, fields).since);
  }

  /** undefined: none of them has a seat. Rejects with what the game's code threw. */
  async seat(
    rows: readonly IRoomCache[],
    options: Conditions,
    context: AuthContext,
  ): Promise<SeatReservation | undefined> {
    if (rows.length === 0) return undefined;
    const auth = await authOf(rows[0]!.name, options, context);
    const sessionId = (auth as { sessionId?: string } | undefined)?.sessionId ?? generateId();
    for (const row of rows) {
      const isPromised: unknown = await matchMaker.remoteRoomCall(row.roomId, "_reserveSeat" as never, [
        sessionId,
        options,
        auth,
      ]);
      if (isPromised === true) return matchMaker.buildSeatReservation(row, sessionId);
    }
    return undefined;
  }

  #rows(): IRoomCache[] {
    return this.#options.rooms().flatMap((room) => rowOf(room) ?? []);
  }
}
