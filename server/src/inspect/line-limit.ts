/**
 * Keeps a log readable while somebody does the same bad thing all the time: one line of each kind and second, which says how many
 * there were not. Where many do it, no more than `most` of all kinds.
 *
 * Bounds: LIMITS.lineKinds. The kind that was heard of longest ago goes, and with it the number of lines it was not given.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

interface Kind {
  readonly saidMs: number;
  swallowed: number;
}

export class LineLimit {
  readonly #clock: Clock;
  readonly #onSwallowed: () => void;
  readonly #most: number;
  readonly #kinds = new Map<string, Kind>();
  /** When the second began in which lines are counted, and how many there were. */
  #beganMs = Number.NEGATIVE_INFINITY;
  #said = 0;

  /** `onSwallowed`: called for each line that may not be written. `most`: lines of all kinds in a second. */
  constructor(clock: Clock, onSwallowed: () => void = () => {}, most = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#onSwallowed = onSwallowed;
    this.#most = most;
  }

  /** A line of this kind may be written now, after so many that were not; undefined: it may not. */
  next(kind: string): number | undefined {
    const nowMs = this.#clock.now();
    const known = this.#kinds.get(kind);
    if (known !== undefined && nowMs - known.saidMs < LIMITS.lineMs) {
      known.swallowed++;
      this.#onSwallowed();
      return undefined;
    }
    if (nowMs - this.#beganMs >= LIMITS.lineMs) {
      this.#beganMs = nowMs;
      this.#said = 0;
    }
    if (this.#said >= this.#most) {
      this.#keep(kind, { saidMs: Number.NEGATIVE_INFINITY, swallowed: (known?.swallowed ?? 0) + 1 });
      this.#onSwallowed();
      return undefined;
    }
    this.#said++;
    this.#keep(kind, { saidMs: nowMs, swallowed: 0 });
    return known?.swallowed ?? 0;
  }

  #keep(kind: string, as: Kind): void {
    this.#kinds.delete(kind);
    if (this.#kinds.size >= LIMITS.lineKinds) this.#kinds.delete(this.#kinds.keys().next().value!);
    this.#kinds.set(kind, as);
  }
}
