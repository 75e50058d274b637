/** Time as an argument. Only `system-clock.ts` is the real one; tests step a hand-driven one. */
export interface Clock {
  /** Monotonic, ms with fractions, any zero. Setting the machine's wall clock never moves it. */
  now(): number;
  /** Wall clock, ms since 1970. For names and epochs, never for durations. */
  wallMs(): number;
  /** Calls `fn` once, not before `delayMs` ms. */
  after(delayMs: number, fn: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
