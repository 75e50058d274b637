/**
 * A rate for bytes. Tokens come in steadily, one a byte, and the bucket holds BURST_MS of them: a short burst passes at once,
 * and over any longer time no more than the rate does. Bytes pass in slices, so that a big chunk trickles as it would on a
 * slow line in place of arriving whole after a pause.
 */

/** What may pass at once after a rest, ms of the rate. */
const BURST_MS = 50;
/** Largest slice: what one packet carries, bytes. The bucket always has room for one. */
const SLICE_BYTES = 1_400;

export class TokenBucket {
  readonly #bytesPerMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#capacity = Math.max(SLICE_BYTES, this.#bytesPerMs * BURST_MS);
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  /** How many of these bytes pass now; 0: none before {@link waitMs}. */
  take(bytes: number, nowMs: number): number {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) return bytes;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#filledAtMs) * this.#bytesPerMs);
    this.#filledAtMs = nowMs;
    const slice = Math.min(bytes, SLICE_BYTES);
    if (this.#tokens < slice) return 0;
    this.#tokens -= slice;
    return slice;
  }

  /** Whole ms until a slice of these bytes passes, counted from the last {@link take}. */
  waitMs(bytes: number): number {
    const missing = Math.min(bytes, SLICE_BYTES) - this.#tokens;
    return Math.max(1, Math.ceil(missing / this.#bytesPerMs));
  }
}
