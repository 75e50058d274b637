/**
 * Until when this process may count its rooms as its own, by its own monotonic clock. The store's clock measures the same lease from
 * the moment a beat arrives there; here it counts from before the beat was sent, and ends a margin earlier. So a process stops by
 * itself before anybody may take its rooms, also when it was stopped in between and knows nothing of it: asked on waking up,
 * the lease is over.
 */
import type { Clock } from "../tick/clock.ts";

export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;

  /** `lengthMs`: as the store has it. */
  constructor(clock: Clock, lengthMs: number, marginMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs - marginMs;
  }

  get isValid(): boolean {
    return this.#clock.now() < this.#endsAtMs;
  }

  /** On this process's clock, ms. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** Something sent at this moment was answered: nobody could take our rooms before that. */
  renew(sentAtMs: number): void {
    this.#endsAtMs = Math.max(this.#endsAtMs, this.endOf(sentAtMs));
  }

  /** When a lease is over that was asked for at this moment. */
  endOf(sentAtMs: number): number {
    return sentAtMs + this.#lengthMs;
  }
}
