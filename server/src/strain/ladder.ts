/**
 * How far down a host has gone: a state machine over its strain, without a clock of its own.
 *
 *   strain at `enterAt` of the next rung for stepMs           -> one down
 *   strain below `leaveAt` of the last rung for calmMs        -> one up
 *   between the two, or one look that says otherwise          -> it stays, and both times begin anew
 *
 * What is given up makes the strain less, and what is taken back makes it more: a host that comes down again within
 * LIMITS.strainRelapseMs of going up waits twice as long before it tries that again, up to LIMITS.strainPatienceMax times calmMs.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Rung } from "./rungs.ts";

export interface LadderTimes {
  readonly stepMs: number;
  readonly calmMs: number;
}

export class Ladder {
  readonly #rungs: readonly Rung[];
  readonly #times: LadderTimes;
  #depth = 0;
  #lookedMs: number;
  /** Since when it was worse, or better, at every look; undefined: it was not at the last one. */
  #worseMs: number | undefined;
  #betterMs: number | undefined;
  /** Of calmMs, how many are waited for. */
  #patience = 1;
  /** When the last change was one up; undefined: it was one down, or there was none. */
  #upMs: number | undefined;

  /** `nowMs`: since when strain is measured. */
  constructor(rungs: readonly Rung[], times: LadderTimes, nowMs: number) {
    this.#rungs = rungs;
    this.#times = times;
    this.#lookedMs = nowMs;
  }

  /** The rungs it has gone down, the last one last. */
  get taken(): readonly Rung[] {
    return this.#rungs.slice(0, this.#depth);
  }

  /** How long it has to be calm before it goes up, ms. */
  get calmMs(): number {
    return this.#times.calmMs * this.#patience;
  }

  /** `strain`: 0 to 1, since the last look. true: it is on another rung now, one away from where it was. */
  look(strain: number, nowMs: number): boolean {
    const next = this.#rungs[this.#depth];
    const last = this.#rungs[this.#depth - 1];
    const isWorse = next !== undefined && strain >= next.enterAt;
    const isBetter = last !== undefined && strain < last.leaveAt;
    this.#worseMs = isWorse ? (this.#worseMs ?? this.#lookedMs) : undefined;
    this.#betterMs = isBetter ? (this.#betterMs ?? this.#lookedMs) : undefined;
    this.#lookedMs = nowMs;
    if (this.#worseMs !== undefined && nowMs - this.#worseMs >= this.#times.stepMs) return this.#down(nowMs);
    if (this.#betterMs !== undefined && nowMs - this.#betterMs >= this.calmMs) return this.#up(nowMs);
    return false;
  }

  #down(nowMs: number): true {
    if (this.#upMs !== undefined) {
      const isRelapse = nowMs - this.#upMs < LIMITS.strainRelapseMs;
      this.#patience = isRelapse ? Math.min(LIMITS.strainPatienceMax, this.#patience * 2) : 1;
    }
    this.#upMs = undefined;
    return this.#moved(1);
  }

  #up(nowMs: number): true {
    this.#upMs = nowMs;
    return this.#moved(-1);
  }

  #moved(by: 1 | -1): true {
    this.#depth += by;
    this.#worseMs = undefined;
    this.#betterMs = undefined;
    return true;
  }
}
