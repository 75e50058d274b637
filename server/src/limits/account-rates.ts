/**
 * How often each account may ask for a seat, from however many addresses. An entry is there as long as it says something that a new one
 * would not; at LIMITS.accountsCounted those that are not known share one.
 */
import { LIMITS, NetError, type Rate, TokenBucket } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

/** Fewer are not looked through, and all of them at most so often, ms. */
const SWEPT_FROM = 1_024;
const SWEEP_MS = 1_000;

export class AccountRates {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();
  #others: TokenBucket | undefined;
  #sweepAt = SWEPT_FROM;
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Throws TOO_MANY with when to come again. */
  take(userId: string): void {
    const nowMs = this.#clock.now();
    const waitMs = this.#of(userId, nowMs).take(nowMs);
    if (waitMs === 0) return;
    const retryAfterMs = Math.ceil(waitMs);
    throw new NetError("TOO_MANY", "too many requests for a seat of this account", { retryAfterMs });
  }

  #of(userId: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(userId);
    if (known !== undefined) return known;
    if (this.#buckets.size >= this.#sweepAt && nowMs >= this.#sweptAtMs + SWEEP_MS) this.#sweep(nowMs);
    if (this.#buckets.size >= LIMITS.accountsCounted) return (this.#others ??= new TokenBucket(this.#rate, nowMs));
    const fresh = new TokenBucket(this.#rate, nowMs);
    this.#buckets.set(userId, fresh);
    return fresh;
  }

  /** Twice as many as are left may come until it is looked again: each costs little, however many there are. */
  #sweep(nowMs: number): void {
    this.#sweptAtMs = nowMs;
    for (const [userId, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(userId);
    this.#sweepAt = Math.min(LIMITS.accountsCounted, Math.max(SWEPT_FROM, 2 * this.#buckets.size));
  }
}
