/** The time of one process: its timers wait while it is stopped, as after SIGSTOP, and then all fire late; when it is dead none fires. */
import type { Clock, Timer } from "@ninelives/server";

export class ProcessClock implements Clock {
  readonly #base: Clock;
  #held: (() => void)[] | undefined;
  #isDead = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  now = (): number => this.#base.now();

  wallMs = (): number => this.#base.wallMs() + this.#base.now();

  after = (delayMs: number, fn: () => void): Timer => {
    let isCancelled = false;
    const fire = () => {
      if (!isCancelled && !this.#isDead) fn();
    };
    const timer = this.#base.after(delayMs, () => {
      if (this.#held === undefined) fire();
      else this.#held.push(fire);
    });
    return {
      cancel() {
        isCancelled = true;
        timer.cancel();
      },
    };
  };

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  pause(): void {
    this.#held ??= [];
  }

  /** What became due fires now, in the order it was due. */
  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const fire of held) this.#base.after(0, fire);
  }

  die(): void {
    this.#isDead = true;
    this.#held = undefined;
  }
}
