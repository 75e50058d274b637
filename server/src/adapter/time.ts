/** A room's time and rhythm taken into the host's hands. */
import { Clock as ColyseusClock, type Room } from "@colyseus/core";

/**
 * A room's clock that only the tick moves, by whole periods: what clients are told of time is as even as the ticks. Colyseus
 * calls `tick()` from timers of its own; that does nothing here. A handler that throws is reported and hurts no other one.
 */
export class StepClock extends ColyseusClock {
  #steppedMs = 0;
  readonly #onError: (error: unknown) => void;

  /** `elapsedMs`: where time goes on from. */
  constructor(onError: (error: unknown) => void, elapsedMs = 0) {
    super();
    this.#onError = onError;
    this.#steppedMs = elapsedMs;
    this.now = () => this.#steppedMs;
    this.currentTime = elapsedMs;
    this.elapsedTime = elapsedMs;
  }

  override tick(): void {}

  /** Colyseus starts the clock of a room that it has made: it goes on from where it stands. */
  override start(): void {
    const { elapsedTime = 0 } = this as { readonly elapsedTime?: number };
    super.start();
    this.elapsedTime = elapsedTime;
  }

  /** Moves time on by `stepMs` and fires the timers that are due. */
  step(stepMs: number): void {
    this.#steppedMs += stepMs;
    super.tick();
  }

  override setTimeout(...[handler, ms, ...args]: Parameters<ColyseusClock["setTimeout"]>) {
    return super.setTimeout(this.#shielded(handler), ms, ...args);
  }

  override setInterval(...[handler, ms, ...args]: Parameters<ColyseusClock["setInterval"]>) {
    return super.setInterval(this.#shielded(handler), ms, ...args);
  }

  // oxlint-disable-next-line typescript/no-unsafe-function-type -- the type of the timer's own signature
  #shielded(handler: Function) {
    return (...args: unknown[]) => {
      try {
        const later: unknown = handler(...args);
        if (later instanceof Promise) later.catch(this.#onError);
      } catch (error) {
        this.#onError(error);
      }
    };
  }
}

/** Longest delay a timer takes, ms: 24.8 days. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Takes the patch timer out of a room whose host sends the patches. Call it before the room is initialised; then
 * {@link advertisePatchRate} once it is, so that clients are told the true rhythm.
 */
export function stopPatchTimer(room: Room): void {
  room.patchRate = NEVER_MS;
}

/** What joining clients are told: one patch every `periodMs`. Their clocks measure jitter against it. */
export function advertisePatchRate(room: Room, periodMs: number): void {
  Object.defineProperty(room, "patchRate", { value: periodMs, writable: false });
}

/** Puts a room that runs its own loop on monotonic time: the stock clock reads the wall clock and freezes when that goes back. */
export function useMonotonicTime(clock: ColyseusClock, now: () => number): void {
  Object.assign(clock, { now });
  clock.currentTime = now();
}
