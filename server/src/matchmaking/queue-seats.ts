/**
 * A place in the queue of a type, where processes share their rooms. Those who wait have to wait together, so there is one queue, and a
 * second one only when it is full: whoever comes asks the room that has the first place, also while it moves to another process, and
 * only when it has ended gives the place to a new one.
 */
import { generateId } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import { pause } from "./as-long-as.ts";
import { askRoom, type RoomFinder } from "./ask-room.ts";
import type { Bookings } from "./bookings.ts";
import { busyError } from "./busy.ts";
import { type Conditions, queuePlace, type Row } from "./listing.ts";

export interface QueueSeatsOptions {
  readonly bookings: Bookings;
  readonly finder: RoomFinder;
  /** Makes a room that is due. undefined: it was given up. */
  readonly make: (plan: {
    readonly roomId: string;
    readonly typeName: string;
    readonly options: Conditions;
  }) => Promise<Row | undefined>;
}

interface Wish {
  readonly typeName: string;
  readonly sessionId: string;
  readonly options: Conditions;
  readonly auth: unknown;
  readonly endsAtMs: number;
}

export class QueueSeats {
  readonly #options: QueueSeatsOptions;

  constructor(options: QueueSeatsOptions) {
    this.#options = options;
  }

  /** The queue that promised the seat. Rejects with BUSY when none did in time, and with what the game's code threw. */
  async take(wish: Wish): Promise<Row> {
    for (let number = 1; number <= LIMITS.queuesOfType; number++) {
      const taken = await this.#takeAt(queuePlace(wish.typeName, number), wish);
      if (taken !== "full") return taken;
    }
    throw busyError(`all ${LIMITS.queuesOfType} rooms of "${wish.typeName}" are full`);
  }

  async #takeAt(place: string, { typeName, sessionId, options, auth, endsAtMs }: Wish): Promise<Row | "full"> {
    const { bookings, finder } = this.#options;
    const { clock } = finder;
    while (clock.now() < endsAtMs) {
      const roomId = await bookings.queueAt(place);
      if (roomId === "later") {
        await pause(clock);
        continue;
      }
      if (roomId !== "" && (await bookings.isDue(roomId))) await bookings.made(roomId, () => clock.now() < endsAtMs);
      const asked =
        roomId === "" ? "gone" : await askRoom<boolean>(finder, roomId, "_reserveSeat", [sessionId, options, auth]);
      if (asked === "late") throw busyError(`room "${roomId}" is moving to another process`);
      if (asked !== "gone") return asked.answer ? asked.row : "full";
      await this.#begin(place, roomId, { typeName, options });
    }
    throw busyError(`no queue "${typeName}" promised a seat within ${LIMITS.seatingMs} ms`);
  }

  /** The place is somebody's after that: ours, or of who was faster. */
  async #begin(place: string, from: string, plan: Pick<Wish, "typeName" | "options">): Promise<void> {
    const { bookings, make } = this.#options;
    const roomId = generateId();
    const wish = { typeName: plan.typeName, sessions: [], filters: {}, avoid: [] };
    await bookings.book(wish, { roomId, maxPlayers: LIMITS.queuePlayers, isOwn: true });
    if (await bookings.enqueue(place, from, roomId)) await make({ roomId, ...plan });
    else await bookings.giveUp(roomId);
  }
}
