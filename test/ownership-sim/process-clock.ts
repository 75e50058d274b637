/** The time of one process: its timers wait while it is stopped, as after SIGSTOP; when it is dead none fires. */
import type { Clock, Timer } from "@ninelives/server";
import { FreezingClock } from "../support/sim/sim-clock.ts";

export class ProcessClock implements Clock {
  readonly #base: FreezingClock;
  #isDead = false;

  constructor(base: Clock) {
    this.#base = new FreezingClock(base);
  }

  now = (): number => this.#base.now();

  wallMs = (): number => this.#base.wallMs() + this.#base.now();

  after = (delayMs: number, fn: () => void): Timer =>
    this.#base.after(delayMs, () => {
      if (!this.#isDead) fn();
    });

  get isPaused(): boolean {
    return this.#base.isFrozen;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  pause(): void {
    this.#base.freeze();
  }

  goOn(): void {
    this.#base.thaw();
  }

  die(): void {
    this.#isDead = true;
  }
}
