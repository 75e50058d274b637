/**
 * So many at once, and so many a second: a bucket that fills at a steady rate, and out of which each thing takes a token. The way every
 * rate is limited here, of joins, frames and commands alike. Time is an argument, ms of any clock; one that goes back adds nothing.
 */
export interface Rate {
  /** Tokens that come back a second. Above 0. */
  readonly perSecond: number;
  /** Tokens of a full bucket: so many at once. */
  readonly burst: number;
}

/** What fractions of tokens lose when they are added up. */
const SLACK = 1e-6;

export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  /** Full. */
  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** 0: taken. Else nothing was taken, and so many ms later it could be. More than a full bucket has is never given. */
  take(nowMs: number, count = 1): number {
    this.#fill(nowMs);
    if (this.#tokens >= count - SLACK) {
      this.#tokens = Math.max(0, this.#tokens - count);
      return 0;
    }
    return Math.max(1, Math.ceil(((count - this.#tokens) / this.#rate.perSecond) * 1_000 - SLACK));
  }

  /** As if it were new: nothing is lost when it is forgotten. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens === this.#rate.burst;
  }

  #fill(nowMs: number): void {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, nowMs - this.#atMs) / 1_000) * perSecond);
    this.#atMs = nowMs;
  }
}
