/**
 * Wakes a room when its steps are due: a timer set anew each time for the exact distance to the next due moment, so the
 * timer's own coarse milliseconds never add up. A wake-up that throws is followed by the next one all the same.
 */
import type { Clock, Timer } from "./clock.ts";
import { type DueSteps, FixedStep } from "./fixed-step.ts";

export class Ticker {
  readonly #clock: Clock;
  readonly #tickHz: number;
  readonly #maxSteps: number;
  #steps: FixedStep;
  readonly #onDue: (due: DueSteps) => void;
  #timer: Timer | undefined;
  #running = false;

  constructor(clock: Clock, tickHz: number, maxSteps: number, onDue: (due: DueSteps) => void) {
    this.#clock = clock;
    this.#tickHz = tickHz;
    this.#maxSteps = maxSteps;
    this.#steps = new FixedStep(tickHz, clock.now(), maxSteps);
    this.#onDue = onDue;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  /** From now on one step is due where `every` were at the full rate. */
  pace(every: number): void {
    this.#steps = new FixedStep(this.#tickHz / every, this.#clock.now(), this.#maxSteps);
  }

  #arm(): void {
    const waitMs = Math.max(0, Math.ceil(this.#steps.nextAtMs - this.#clock.now()));
    this.#timer = this.#clock.after(waitMs, () => this.#wake());
  }

  #wake(): void {
    const due = this.#steps.due(this.#clock.now());
    try {
      if (due.run > 0) this.#onDue(due);
    } finally {
      if (this.#running) this.#arm();
    }
  }
}
