/**
 * The moment other ships are shown at. Their positions are drawn a little late so that there is always a newer one to move
 * towards; whatever belongs to them (their shots, the sparks of a hit) has to be drawn at that same moment, or a shot would
 * vanish before it arrives.
 *
 *   server now ──────────────────────────────●
 *   shown      ───────────────●  = server now − interpolation − half a round trip, as the SDK's lerp does it
 */
export interface PastClock {
  serverNow(): number;
  smoothedRtt(): number;
  lastServerTime(): number;
}

/** Effects that may wait; older ones give way. */
const WAITING_MAX = 256;

export class Past {
  readonly #clock: PastClock;
  readonly #delayMs: number;
  #waiting: { readonly atMs: number; readonly play: () => void }[] = [];

  constructor(clock: PastClock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** The room clock's time that is shown now, ms. */
  get nowMs(): number {
    return this.#clock.serverNow() - this.#delayMs - this.#clock.smoothedRtt() / 2;
  }

  /** The room clock's time of the newest patch, ms. */
  get newestMs(): number {
    return this.#clock.lastServerTime();
  }

  /** Plays an effect that the newest patch brought when what is shown has come that far. */
  whenShown(play: () => void): void {
    if (this.#waiting.length >= WAITING_MAX) this.#waiting.shift();
    this.#waiting.push({ atMs: this.newestMs, play });
  }

  /** Plays what is due. Call it once a frame. */
  run(): void {
    const { nowMs } = this;
    const due = this.#waiting.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > nowMs);
    for (const { play } of due) play();
  }
}
