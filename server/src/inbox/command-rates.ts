/**
 * How often each player may give each command that has a `rate`. A full bucket for each, counted on the room's clock: it stands
 * still while nobody has the room, and a new owner begins with full ones, which are not in the log. Over drops of the connection
 * they stay.
 *
 * Bounds: one bucket per rated command and player; those of players who left go when the next one comes.
 */
import { type Rate, TokenBucket } from "@ninelives/shared-schema";

export class CommandRates {
  readonly #isHere: (sessionId: string) => boolean;
  readonly #bySession = new Map<string, Map<string, TokenBucket>>();

  constructor(isHere: (sessionId: string) => boolean) {
    this.#isHere = isHere;
  }

  /** 0: it may be given. Else how long to wait, ms. */
  take(sessionId: string, command: string, rate: Rate, nowMs: number): number {
    const buckets = this.#of(sessionId);
    let bucket = buckets.get(command);
    if (bucket === undefined) {
      bucket = new TokenBucket(rate, nowMs);
      buckets.set(command, bucket);
    }
    return bucket.take(nowMs);
  }

  #of(sessionId: string): Map<string, TokenBucket> {
    const known = this.#bySession.get(sessionId);
    if (known !== undefined) return known;
    for (const other of this.#bySession.keys()) if (!this.#isHere(other)) this.#bySession.delete(other);
    const fresh = new Map<string, TokenBucket>();
    this.#bySession.set(sessionId, fresh);
    return fresh;
  }
}
