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

  left(sessionId: string): void {
    this.#seats.delete(sessionId);
  }
}
