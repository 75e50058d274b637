/** The system's clock, whose wall a test sets forward: what is due by date is due then, and everything else goes on as it does. */
import { type Clock, systemClock, type Timer } from "@ninelives/server";

export class ShiftedClock implements Clock {
  shiftMs = 0;

  now(): number {
    return systemClock.now();
  }

  wallMs(): number {
    return systemClock.wallMs() + this.shiftMs;
  }

  after(delayMs: number, fn: () => void): Timer {
    return systemClock.after(delayMs, fn);
  }
}
