/**
 * What this process has seen of the store: when it answered last, and since when it knows again what it may have forgotten. A store that
 * comes back empty hears of every room from its living owner; until they had time for that, what it does not know may be there all the same.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";

/** So long after the store forgot, every owner that lives has written its rooms anew. */
const RECOVERY_MS = 2 * LIMITS.leaseMs;

export class StoreMemory {
  readonly #clock: Clock;
  /** Sent then, a beat was answered by a store that knew everything; before the first one: never. */
  rememberedAtMs = Number.NEGATIVE_INFINITY;
  /**
   * How long the store has to answer until what it had forgotten is there again; a new process cannot know what it forgot before.
   * While it is away nobody can write anything anew, so that time does not count.
   */
  #recoveryMs: number = RECOVERY_MS;
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get hasAnswered(): boolean {
    return this.#answeredAtMs !== Number.NEGATIVE_INFINITY;
  }

  /** Since the store answered last, ms. */
  get quietMs(): number {
    return this.#clock.now() - this.#answeredAtMs;
  }

  /** What other processes are told that ask this one. */
  get canBeReached(): boolean {
    return this.quietMs <= 2 * LIMITS.beatMs;
  }

  /** It answered within a lease: less patient than that, a process that is busy itself would take the store to be away. */
  get isThere(): boolean {
    return this.quietMs <= LIMITS.leaseMs;
  }

  /** A beat was answered. `isRemembered`: by a store that knew this process. */
  answered(sentAtMs: number, isRemembered: boolean): void {
    const answeringMs = this.hasAnswered ? Math.min(sentAtMs - this.#answeredAtMs, 2 * LIMITS.beatMs) : 0;
    this.#answeredAtMs = this.#clock.now();
    this.#recoveryMs = isRemembered ? Math.max(0, this.#recoveryMs - answeringMs) : RECOVERY_MS;
    if (this.#recoveryMs === 0) this.rememberedAtMs = sentAtMs;
  }
}
