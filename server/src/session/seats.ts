/**
 * Who has a place in the room. Seats lie in the room's memory, so the log has them: after a crash the next owner knows whom
 * to wait for.
 */
import { type HostMemory, Seat } from "@ninelives/shared-schema";

export class Seats {
  readonly #seats: HostMemory["seats"];

  constructor(seats: HostMemory["seats"]) {
    this.#seats = seats;
  }

  taken(sessionId: string, tick: number): void {
    this.#seats.set(sessionId, new Seat().assign({ joinedTick: tick }));
  }

  /** The player's connection went or came back; the seat stays. */
  connected(sessionId: string, connected: boolean): void {
    const seat = this.#seats.get(sessionId);
    if (seat !== undefined) seat.connected = connected;
  }

  /** The page that takes the seat again: one that is new gets the next number, one that is back keeps its own. */
  page(sessionId: string, greeted: number): number {
    const seat = this.#seats.get(sessionId)!;
    seat.page = greeted === 0 ? seat.page + 1 : Math.max(seat.page, greeted);
    return seat.page;
  }

  left(sessionId: string): void {
    this.#seats.delete(sessionId);
  }
}
