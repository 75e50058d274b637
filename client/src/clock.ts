/**
 * Time as an argument on the client's side: what waits or measures takes a {@link ClientClock}, and tests hand in one
 * that they step by hand. Same shape as the server's clock without its wall clock: the client names nothing by date.
 */
export interface ClientClock {
  /** Monotonic, ms with fractions, any zero. Setting the device's wall clock never moves it; its sleep may or may not. */
  now(): number;
  /** Calls `fn` once, not before `delayMs` ms; a hidden page or a sleeping device may call it much later. */
  after(delayMs: number, fn: () => void): ClientTimer;
}

export interface ClientTimer {
  /** Nothing is called any more. Does nothing once the timer has fired. */
  cancel(): void;
}

/** The clock of the browser or of Node. */
export const systemClock: ClientClock = {
  now: () => performance.now(),
  after(delayMs, fn) {
    const timer = setTimeout(fn, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};
