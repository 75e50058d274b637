/**
 * The way from one process to the store, for whatever it calls there. A call arrives late, its answer is lost, the connection
 * breaks with calls on it that arrive all the same, after those of the next connection; or nothing arrives at all.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "@ninelives/server";
import type { Dice } from "./dice.ts";
import type { ProcessClock } from "./process-clock.ts";

/** Longest delay of a call that was overtaken, ms. */
const LATE_MS = 800;
/** Usual delay each way, and that of a slow hour, ms. */
const NEAR_MS = 2;
const FAR_MS = 120;

export interface LinkWeather {
  /** A call fails with its connection, how often. */
  breaks: number;
  /** A call is slow, how often. */
  slow: number;
}

export class StoreLink {
  /** Nothing gets through: calls are refused at once, or swallowed. */
  cut: "refused" | "swallowed" | undefined;
  readonly weather: LinkWeather = { breaks: 0, slow: 0 };
  readonly #clock: Clock;
  readonly #process: ProcessClock;
  readonly #dice: Dice;
  readonly #isUp: () => boolean;
  /** Calls of one connection arrive in order. */
  #arrivesMs = 0;

  constructor(clock: Clock, process: ProcessClock, dice: Dice, isUp: () => boolean) {
    this.#clock = clock;
    this.#process = process;
    this.#dice = dice;
    this.#isUp = isUp;
  }

  /** The same object, at the far end of this link. The methods named answer with promises. */
  to<T extends object>(target: T, names: readonly (keyof T & string)[]): T {
    const near: Record<string, unknown> = {};
    for (const name of names) {
      const act = target[name] as (...args: unknown[]) => Promise<unknown>;
      near[name] = (...args: unknown[]) => this.call(name, () => act.apply(target, args));
    }
    return { ...target, ...near };
  }

  call<R>(name: string, act: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const deadline = this.#process.after(LIMITS.membersAnswerMs, () => fail(0, "no answer"));
      const end = (delayMs: number, tell: () => void) =>
        this.#process.after(delayMs, () => {
          if (isOver) return;
          isOver = true;
          deadline.cancel();
          tell();
        });
      const fail = (delayMs: number, why: string) => end(delayMs, () => reject(new Error(`${name}: ${why}`)));
      if (this.cut === "refused" || !this.#isUp()) {
        fail(1, "connection refused");
        return;
      }
      if (this.cut === "swallowed") return;
      const breaks = this.#dice.falls(this.weather.breaks);
      const isOvertaken = breaks && this.#dice.falls(0.5);
      if (breaks) fail(this.#dice.between(1, 20), "the connection broke");
      if (breaks && this.#dice.falls(0.3)) return;
      const nowMs = this.#clock.now();
      const delayMs = isOvertaken ? this.#dice.between(1, LATE_MS) : this.#delay();
      const arrivesMs = isOvertaken ? nowMs + delayMs : Math.max(this.#arrivesMs, nowMs + delayMs);
      if (!isOvertaken) this.#arrivesMs = arrivesMs;
      this.#clock.after(arrivesMs - nowMs, () => {
        if (!this.#isUp()) {
          fail(1, "the connection broke");
          return;
        }
        const answers = act();
        const backMs = this.#delay();
        answers.then(
          (answer) => this.#isAnswered(breaks) && end(backMs, () => resolve(answer)),
          (error: unknown) => this.#isAnswered(breaks) && end(backMs, () => reject(error)),
        );
      });
    });
  }

  #isAnswered(breaks: boolean): boolean {
    return !breaks && this.cut === undefined;
  }

  #delay(): number {
    return this.#dice.falls(this.weather.slow) ? this.#dice.between(1, FAR_MS) : this.#dice.between(0, NEAR_MS);
  }
}
