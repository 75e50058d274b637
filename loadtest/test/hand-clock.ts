/** A clock that stands still until a test moves it; what is due fires in order of its time. */
import type { Clock } from "../src/clock.ts";

interface Alarm {
  readonly atMs: number;
  readonly fn: () => void;
}

export class HandClock implements Clock {
  #nowMs = 0;
  #alarms: Alarm[] = [];

  now = (): number => this.#nowMs;

  after(delayMs: number, fn: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, fn };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Alarms that wait. */
  get waiting(): number {
    return this.#alarms.length;
  }

  /** Moves time to `toMs`; every alarm on the way rings at its own time, `lateMs` late. */
  advance(toMs: number, lateMs = 0): void {
    for (;;) {
      const due = this.#alarms.filter(({ atMs }) => atMs + lateMs <= toMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#alarms = this.#alarms.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs + lateMs);
      due.fn();
    }
    this.#nowMs = toMs;
  }
}
