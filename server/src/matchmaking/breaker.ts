/**
 * The wall between matchmaking and its Redis: whoever waits for an answer asks through here (redis-driver.ts, bookings.ts). A Redis that
 * keeps its connection and says nothing would have everybody wait; here it counts as away once nothing came for LIMITS.redisSilenceMs.
 * Then who waits is told BUSY, and who asks is told so at once, until a probe is answered.
 *
 *   closed -> open        silent: everything that was asked is given up
 *   open   -> half open   each LIMITS.breakerProbeMs one probe goes through, and nothing else
 *          -> closed      it was answered
 *
 * Silence is judged by the whole line, not by one question, and at two looks in a row: a process that stood still itself hears what
 * came meanwhile between them. What was given up may still be done when Redis is back, so it may have to be undone. Rows that are
 * written do not come through here: they wait, and are written when it is back.
 */
import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleType } from "cockatiel";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock, Timer } from "../tick/clock.ts";
import { busyError } from "./busy.ts";

/** Between two looks, ms. */
const LOOK_MS = 100;

class SilenceError extends Error {}

export interface BreakerOptions {
  /** What does not answer then. */
  readonly name: string;
  readonly clock: Clock;
  /** Anything that is answered soon. */
  readonly probe: () => Promise<unknown>;
  readonly onChange: (isOpen: boolean) => void;
}

interface Question {
  readonly askedMs: number;
  readonly giveUp: (error: Error) => void;
}

export class Breaker {
  readonly #options: BreakerOptions;
  /** The probes have a pace of their own, and none by the wall clock. */
  readonly #circuit = circuitBreaker(handleType(SilenceError), {
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    breaker: new ConsecutiveBreaker(1),
  });
  /** Not answered yet, oldest first. */
  readonly #questions = new Set<Question>();
  #heardMs = Number.NEGATIVE_INFINITY;
  #probedMs = Number.NEGATIVE_INFINITY;
  #isProbing = false;
  #wasOpen = false;
  /** The last look found it silent. */
  #isDoubted = false;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#circuit.onBreak(() => this.#changed());
    this.#circuit.onReset(() => this.#changed());
  }

  get name(): string {
    return this.#options.name;
  }

  get isOpen(): boolean {
    return this.#circuit.state !== CircuitState.Closed;
  }

  /** To be called once it can be asked. */
  begin(): void {
    this.#look();
  }

  /** What is asked after that is asked without it. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Rejects with BUSY when there is no answer. `undo` is given what comes after that. */
  async ask<R>(question: () => Promise<R>, undo: (late: R) => unknown = () => {}): Promise<R> {
    if (this.#isStopped) return question();
    if (this.isOpen) throw this.#busy();
    try {
      return await this.#circuit.execute(() => this.#answered(question, undo));
    } catch (error) {
      throw error instanceof SilenceError || error instanceof BrokenCircuitError ? this.#busy(error) : error;
    }
  }

  async #answered<R>(question: () => Promise<R>, undo: (late: R) => unknown): Promise<R> {
    const { promise: silent, reject: giveUp } = Promise.withResolvers<never>();
    const asked: Question = { askedMs: this.#options.clock.now(), giveUp };
    this.#questions.add(asked);
    const answer = (async () => question())().finally(() => {
      this.#heardMs = this.#options.clock.now();
      this.#questions.delete(asked);
    });
    try {
      return await Promise.race([answer, silent]);
    } catch (error) {
      if (error instanceof SilenceError) answer.then(undo).catch(() => {});
      throw error;
    }
  }

  #look(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => this.#look());
    const isSilent = this.#isSilent();
    if (isSilent && this.#isDoubted) this.#giveUpAll();
    this.#isDoubted = isSilent && !this.#isDoubted;
    const nowMs = this.#options.clock.now();
    if (this.#isProbing || nowMs - this.#probedMs < LIMITS.breakerProbeMs) return;
    this.#probedMs = nowMs;
    void this.#probe();
  }

  #isSilent(): boolean {
    const [oldest] = this.#questions;
    if (oldest === undefined) return false;
    const sinceMs = Math.max(oldest.askedMs, this.#heardMs);
    return this.#options.clock.now() - sinceMs >= LIMITS.redisSilenceMs;
  }

  #giveUpAll(): void {
    const { name } = this.#options;
    for (const { giveUp } of this.#questions) giveUp(new SilenceError(`nothing came from ${name}`));
    this.#questions.clear();
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    await this.#circuit.execute(() => this.#answered(this.#options.probe, () => {})).catch(() => {});
    this.#isProbing = false;
  }

  /** A probe that is not answered opens it once more: that is no news. */
  #changed(): void {
    if (this.#wasOpen === this.isOpen) return;
    this.#wasOpen = this.isOpen;
    this.#options.onChange(this.isOpen);
  }

  #busy(cause?: unknown): Error {
    return busyError(`${this.#options.name} does not answer`, cause);
  }
}
