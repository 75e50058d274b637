/**
 * How many steps are due. Step n is due at `start + n * period` for as long as the room lives, so nothing drifts: a late
 * wake-up is followed by an early one. After a stall at most `maxSteps` run in one wake-up; the others are dropped by moving
 * the start, never run twice, and always reported.
 *
 * Pure: the caller says what time it is. A time that goes back yields no steps and breaks nothing.
 */
export interface DueSteps {
  /** Steps to run now, 0 to maxSteps. */
  readonly run: number;
  /** Steps given up because the wake-up came too late. */
  readonly dropped: number;
  /** How long after its due time the first of them starts, ms. */
  readonly latenessMs: number;
}

const NONE: DueSteps = { run: 0, dropped: 0, latenessMs: 0 };

export class FixedStep {
  readonly periodMs: number;
  readonly #maxSteps: number;
  #startMs: number;
  #done = 0;

  constructor(tickHz: number, startMs: number, maxSteps: number) {
    this.periodMs = 1000 / tickHz;
    this.#startMs = startMs;
    this.#maxSteps = maxSteps;
  }

  /** When the next step is due, on the caller's clock, ms. */
  get nextAtMs(): number {
    return this.#startMs + (this.#done + 1) * this.periodMs;
  }

  due(nowMs: number): DueSteps {
    const latenessMs = nowMs - this.nextAtMs;
    if (latenessMs < 0) return NONE;
    const behind = Math.floor(latenessMs / this.periodMs) + 1;
    const run = Math.min(behind, this.#maxSteps);
    const dropped = behind - run;
    this.#startMs += dropped * this.periodMs;
    this.#done += run;
    return { run, dropped, latenessMs };
  }
}
