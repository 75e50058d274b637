/** The real clock. Everything that needs time is handed one; only processes hand out this one. */
import type { Clock } from "./tick/clock.ts";

export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, fn) {
    const handle = setTimeout(fn, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
