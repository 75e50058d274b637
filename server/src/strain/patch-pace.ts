/**
 * Which of a room's ticks send a patch. Under strain every second or third one does; what changed in the others is in the next patch,
 * and in its entry of the log, so whatever waits for the log waits for it too: 1 / LIMITS.patchesPerSecondMin seconds at most.
 */
import { LIMITS } from "@ninelives/shared-schema";

export class PatchPace {
  readonly #mostTicks: number;
  readonly #every: () => number;
  #sentTick = 0;
  #isOwed = false;

  /** `every`: asked at each tick, how many of them a patch may stand for. */
  constructor(tickHz: number, every: () => number) {
    this.#mostTicks = Math.max(1, Math.floor(tickHz / LIMITS.patchesPerSecondMin));
    this.#every = every;
  }

  /** Ticks went by without a patch. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** This tick sends one. */
  isDue(tick: number): boolean {
    this.#isOwed = tick - this.#sentTick < Math.min(this.#every(), this.#mostTicks);
    if (!this.#isOwed) this.#sentTick = tick;
    return !this.#isOwed;
  }

  /** One was sent in between. */
  sent(tick: number): void {
    this.#isOwed = false;
    this.#sentTick = tick;
  }
}
