/**
 * When a bot thinks: thought n is due at `start + offset + n * period`, so a late wake-up is followed by an early one and the
 * rate is exact over any time. A thought that was missed altogether is skipped and counted: a player's old input is of no use.
 */
import type { Clock } from "./clock.ts";

export class Schedule {
  /** Thoughts that came too late to be worth anything. */
  skipped = 0;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onDue: (index: number) => void;
  #firstAtMs = 0;
  #next = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, periodMs: number, onDue: (index: number) => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onDue = onDue;
  }

  /** `offsetMs`: time to the first thought; it decides where between two ticks of the server the inputs arrive. */
  start(offsetMs: number): void {
    this.#firstAtMs = this.#clock.now() + offsetMs;
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
  }

  get #nextAtMs(): number {
    return this.#firstAtMs + this.#next * this.#periodMs;
  }

  #arm(): void {
    const waitMs = Math.max(0, Math.ceil(this.#nextAtMs - this.#clock.now()));
    this.#cancel = this.#clock.after(waitMs, () => this.#wake());
  }

  #wake(): void {
    const lateMs = this.#clock.now() - this.#nextAtMs;
    if (lateMs < 0) {
      this.#arm();
      return;
    }
    const missed = Math.floor(lateMs / this.#periodMs);
    this.skipped += missed;
    const index = this.#next + missed;
    this.#next = index + 1;
    this.#arm();
    this.#onDue(index);
  }
}
