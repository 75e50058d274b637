/**
 * Keeps a log readable while somebody does the same bad thing all the time: one line of each kind and second, which says how many
 * there were not.
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
  readonly #kinds = new Map<string, Kind>();

  /** `onSwallowed`: called for each line that may not be written. */
  constructor(clock: Clock, onSwallowed: () => void = () => {}) {
    this.#clock = clock;
    this.#onSwallowed = onSwallowed;
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
    this.#kinds.delete(kind);
    if (this.#kinds.size >= LIMITS.lineKinds) this.#kinds.delete(this.#kinds.keys().next().value!);
    this.#kinds.set(kind, { saidMs: nowMs, swallowed: 0 });
    return known?.swallowed ?? 0;
  }
}
