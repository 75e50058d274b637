/** A clock that a test moves by hand. Timers fire in the order they are due, each at its own moment. */
import type { Clock, Timer } from "@ninelives/server";

interface Entry {
  readonly atMs: number;
  readonly fn: () => void;
}

export class ManualClock implements Clock {
  /** What `wallMs` says; a test sets it as an operator sets a machine's clock. */
  wall = 1_700_000_000_000;
  #nowMs: number;
  #timers: Entry[] = [];

  constructor(startMs = 1_000) {
    this.#nowMs = startMs;
  }

  now = (): number => this.#nowMs;

  wallMs = (): number => this.wall;

  after = (delayMs: number, fn: () => void): Timer => {
    const entry = { atMs: this.#nowMs + Math.max(0, delayMs), fn };
    this.#timers.push(entry);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== entry);
      },
    };
  };

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves time on by `ms` and fires what becomes due on the way. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Lets `ms` pass while something runs: what becomes due meanwhile waits for the next move. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves time on by `ms` in one leap, as a process that was stopped sees it: what became due fires late, once. */
  stall(ms: number): void {
    this.#nowMs += ms;
    this.advance(0);
  }

  #next(endMs: number): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#timers)
      if (entry.atMs <= endMs && (next === undefined || entry.atMs < next.atMs)) next = entry;
    if (next !== undefined) this.#timers = this.#timers.filter((other) => other !== next);
    return next;
  }
}
