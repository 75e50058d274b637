/**
 * How much one connection may say: frames and bytes a second. Who says more is told to come again a little later, as nothing may be
 * left out of what a session says; who does it LIMITS.flowStrikes times in a row is closed for good.
 *
 * A session keeps its counts over connections until they are forgotten: to open a new one is no way around them.
 */
import { CloseReason, CODES, LIMITS, TokenBucket } from "@ninelives/shared-schema";
import type { Refusal } from "../session/greetings.ts";
import type { Clock } from "../tick/clock.ts";
import type { HostLimits } from "./settings.ts";

type FlowLimits = Pick<HostLimits, "framesPerConnection" | "bytesPerConnection">;

interface Counts {
  readonly frames: TokenBucket;
  readonly bytes: TokenBucket;
  strikes: number;
  /** When it last went too far, ms. */
  struckAtMs: number;
}

export class Flows {
  readonly #limits: FlowLimits;
  readonly #clock: Clock;
  /** Sessions that went too far lately, in the order of when. */
  readonly #struck = new Map<string, Counts>();

  constructor(limits: FlowLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** To be asked for each frame of a connection. `session`: undefined counts as nobody's. */
  of(session: string | undefined): (bytes: number) => Refusal | undefined {
    const counts = (session === undefined ? undefined : this.#struck.get(session)) ?? this.#fresh();
    return (bytes) => {
      const nowMs = this.#clock.now();
      const waitMs = Math.max(counts.frames.take(nowMs), counts.bytes.take(nowMs, bytes));
      if (waitMs === 0) return undefined;
      return this.#strike(session, counts, Math.max(waitMs, LIMITS.flowRetryMs), nowMs);
    };
  }

  #strike(session: string | undefined, counts: Counts, waitMs: number, nowMs: number): Refusal {
    if (nowMs > counts.struckAtMs + LIMITS.flowForgottenMs) counts.strikes = 0;
    counts.strikes++;
    counts.struckAtMs = nowMs;
    if (session !== undefined) this.#remember(session, counts, nowMs);
    if (counts.strikes >= LIMITS.flowStrikes)
      return { code: CODES.FLOOD.code, reason: "more than a connection may say, again and again" };
    return { code: CODES.MAY_TRY_RECONNECT.code, reason: CloseReason.retryAfter(waitMs) };
  }

  #remember(session: string, counts: Counts, nowMs: number): void {
    this.#struck.delete(session);
    this.#struck.set(session, counts);
    for (const [other, { struckAtMs }] of this.#struck) {
      if (this.#struck.size <= LIMITS.flowsRemembered && nowMs <= struckAtMs + LIMITS.flowForgottenMs) break;
      this.#struck.delete(other);
    }
  }

  #fresh(): Counts {
    const nowMs = this.#clock.now();
    const { framesPerConnection, bytesPerConnection } = this.#limits;
    return {
      frames: new TokenBucket(framesPerConnection, nowMs),
      bytes: new TokenBucket(bytesPerConnection, nowMs),
      strikes: 0,
      struckAtMs: Number.NEGATIVE_INFINITY,
    };
  }
}
