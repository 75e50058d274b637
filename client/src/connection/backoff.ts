/**
 * How long to wait before the next attempt to come back: the first comes at once, the second after about a second, then each
 * waits twice as long up to the cap. Everything is spread by chance, so that the clients of a server that went down do not
 * all knock at the same moment. A server that says when to come again is believed.
 *
 * Pure: no timer in here; whoever reconnects asks for a delay, waits it out and calls {@link Backoff.reset} once it is in.
 */
import { LIMITS } from "@ninelives/shared-schema";

export interface BackoffOptions {
  /** The first attempt comes after a time uniform in 0 to this, ms. 0 to 3 600 000. Default 200. */
  readonly fastMs?: number;
  /** The second attempt comes after this, before jitter, ms. 1 to capMs. Default 1 000. */
  readonly baseMs?: number;
  /** Each later attempt waits this many times as long as the one before. 1 to 100. Default 2. */
  readonly factor?: number;
  /** No attempt waits longer, before jitter, ms. 1 to 3 600 000. Default 30 000. */
  readonly capMs?: number;
  /** An address that has not opened after this is passed over for the next one, when the seat has several, ms. 1 to 3 600 000. Default 1 000. */
  readonly openMs?: number;
  /** Share by which a delay is spread to both sides, 0 to 1; "full": uniform in 0 to the delay. Default 0.2, which is ±20 %. */
  readonly jitter?: number | "full";
}

/** Hinted clients are spread over this share of the hint, after it and never before. */
const HINT_SPREAD = 0.2;
/** Attempts in quick succession: the least time between two, and what it is spread over, ms. */
const SOON_MS = 100;
const SOON_SPREAD_MS = 100;

export class Backoff {
  readonly openMs: number;
  readonly #fastMs: number;
  readonly #baseMs: number;
  readonly #factor: number;
  readonly #capMs: number;
  readonly #jitter: number | "full";
  readonly #random: () => number;
  #attempt = 0;
  /** Attempts among them that the schedule was asked for. */
  #step = 0;

  /** `random`: uniform in [0, 1). Throws a RangeError that names the option: field, expected, got. */
  constructor(options: BackoffOptions, random: () => number) {
    const { fastMs = 200, baseMs = 1_000, factor = 2, capMs = 30_000, openMs = 1_000, jitter = 0.2 } = options;
    this.#fastMs = inRange("fastMs", fastMs, 0, LIMITS.retryAfterMsMax);
    this.#capMs = inRange("capMs", capMs, 1, LIMITS.retryAfterMsMax);
    this.#baseMs = inRange("baseMs", baseMs, 1, this.#capMs);
    this.#factor = inRange("factor", factor, 1, 100);
    this.openMs = inRange("openMs", openMs, 1, LIMITS.retryAfterMsMax);
    this.#jitter = jitter === "full" ? jitter : inRange("jitter", jitter, 0, 1, ' or "full"');
    this.#random = random;
  }

  /** Attempts handed out since the last reset; 0 before the first. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Counts one attempt more and says how long to wait before it, ms. `retryAfterMs`: what the server asked for, ms; it wins
   * over the schedule, and up to a fifth is added. A hint that is no number above 0 is none.
   */
  next(retryAfterMs?: number): number {
    this.#attempt++;
    this.#step++;
    if (retryAfterMs !== undefined && retryAfterMs > 0) {
      return Math.min(retryAfterMs, LIMITS.retryAfterMsMax) * (1 + HINT_SPREAD * this.#random());
    }
    if (this.#step === 1) return this.#fastMs * this.#random();
    const delayMs = Math.min(this.#capMs, this.#baseMs * this.#factor ** (this.#step - 2));
    if (this.#jitter === "full") return delayMs * this.#random();
    return delayMs * (1 - this.#jitter + 2 * this.#jitter * this.#random());
  }

  /** Counts one attempt more, that is as good as at once and takes no step of the schedule. Says how long to wait before it, ms. */
  soon(): number {
    this.#attempt++;
    return SOON_MS + SOON_SPREAD_MS * this.#random();
  }

  /** The connection holds again: the next attempt is a first one. */
  reset(): void {
    this.#attempt = 0;
    this.#step = 0;
  }
}

function inRange(field: string, got: unknown, min: number, max: number, or = ""): number {
  if (typeof got === "number" && got >= min && got <= max) return got;
  const shown = typeof got === "string" ? JSON.stringify(got) : String(got);
  throw new RangeError(`backoff.${field}: a number from ${min} to ${max}${or} expected, ${shown} got`);
}
