/** Time as an argument, so that tests can drive it by hand. */
export interface Clock {
  /** Monotonic, ms with fractions. */
  now(): number;
  /** Calls `fn` once, not before `delayMs` ms; returns how to call that off. */
  after(delayMs: number, fn: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, fn) {
    const handle = setTimeout(fn, delayMs);
    return () => clearTimeout(handle);
  },
};

/** Resolves after `delayMs` ms, or as soon as `stop` says so. */
export function pause(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
  if (delayMs <= 0 || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, done);
    stop.addEventListener("abort", done, { once: true });
    function done(): void {
      cancel();
      stop.removeEventListener("abort", done);
      resolve();
    }
  });
}
