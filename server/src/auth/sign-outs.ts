/**
 * Accounts that were signed out: whatever was issued to one before that counts no more, a token as little as a session.
 *
 * Bounds: LIMITS.signOuts, of which the oldest are forgotten, each after LIMITS.signOutMs. What processes share of it: host/accounts-at.ts.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

export class SignOuts {
  readonly #clock: Clock;
  /** Account -> when, ms since 1970, and when that was noted, ms of the clock; in the order of the latter. */
  readonly #outs = new Map<string, { readonly atWallMs: number; readonly notedMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(userId: string, atWallMs: number): void {
    const nowMs = this.#clock.now();
    const before = this.#outs.get(userId)?.atWallMs ?? 0;
    this.#outs.delete(userId);
    this.#outs.set(userId, { atWallMs: Math.max(before, atWallMs), notedMs: nowMs });
    for (const [other, { notedMs }] of this.#outs) {
      if (this.#outs.size <= LIMITS.signOuts && nowMs < notedMs + LIMITS.signOutMs) break;
      this.#outs.delete(other);
    }
  }

  /** Tokens say the second in which they were issued: one of the second of the sign-out counts as earlier. */
  covers(userId: string, issuedMs: number): boolean {
    const out = this.#outs.get(userId);
    return out !== undefined && issuedMs <= out.atWallMs;
  }
}
