/**
 * How long the seat of a player who dropped is held. Who knows of its seat may come back for as long as the game says; who may not know
 * of it (its join was on the way when the connection, or the process, went) keeps it shorter, and gives it up by asking for another.
 */
import { type Client, ClientState, type Room } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import { type HeldSeat, isConfirmed, isGhost } from "../adapter.ts";
import { holdFor } from "../session/hold.ts";
import type { Seats } from "../session/seats.ts";
import type { Clock } from "../tick/clock.ts";

export interface SeatHoldOptions {
  readonly room: Room;
  readonly seats: Seats;
  readonly clock: Clock;
  /** As the game says, seconds. */
  readonly seconds: () => number;
}

export class SeatHold {
  readonly #options: SeatHoldOptions;
  /** Connections of players who had the seat before: they know of it, whatever this connection lost. */
  readonly #cameBack = new WeakSet<Client>();
  /** Seats after a takeover whose players may not know of them. */
  readonly #doubtful = new Map<string, HeldSeat>();
  /** Players who are in, and have not said that they know. */
  readonly #untold = new Set<Client>();

  constructor(options: SeatHoldOptions) {
    this.#options = options;
  }

  /** The player is in, and is about to be told. */
  joined(client: Client): void {
    this.#options.seats.untold(client.sessionId, true);
    this.#untold.add(client);
  }

  cameBack(client: Client): void {
    this.#cameBack.add(client);
  }

  /** A player of before a takeover has its seat again. */
  restored(client: Client): void {
    if (!this.#options.seats.isUntold(client.sessionId)) this.cameBack(client);
  }

  /** `client`: default one that knows of its seat. */
  secondsFor(client?: Client): number {
    const held = this.#options.seconds();
    if (client === undefined || this.#cameBack.has(client)) return held;
    if (isGhost(client)) return Math.min(held, LIMITS.untoldSeatHoldSeconds);
    return isConfirmed(client) ? held : Math.min(held, LIMITS.unconfirmedSeatHoldSeconds);
  }

  hold(client: Client, seconds: number): void {
    const { room, clock, seats } = this.#options;
    const { sessionId } = client;
    const seat = holdFor(room, client, seconds, clock);
    if (!isGhost(client) || !seats.isUntold(sessionId)) return;
    this.#doubtful.set(sessionId, seat);
    void seat.settled.then(() => this.#doubtful.delete(sessionId));
  }

  /** A player came to the seat without its token: it was never told of it, and will ask for another one. */
  knocked(sessionId: string): void {
    this.#doubtful.get(sessionId)?.giveUp();
  }

  /** The next owner holds a seat longer for a player who knows of it. */
  hearTold(): void {
    for (const client of this.#untold) {
      const isGone = client.state === ClientState.LEAVING;
      if (!isGone && !isConfirmed(client)) continue;
      this.#untold.delete(client);
      if (!isGone) this.#options.seats.untold(client.sessionId, false);
    }
  }
}
