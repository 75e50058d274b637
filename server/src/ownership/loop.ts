/** Does something again and again: never twice at once, never late because the time before took long, and also when it threw. */
import type { Clock, Timer } from "../tick/clock.ts";

export interface LoopOptions {
  readonly clock: Clock;
  /** From start to start. */
  readonly everyMs: number;
  readonly run: () => Promise<void>;
  /** Told of the first of each row of runs that threw. */
  readonly onFault: (error: unknown) => void;
}

export class Loop {
  readonly #options: LoopOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  /** A run that has been asked for while another one was under way. */
  #next: Promise<void> | undefined;
  #isFailing = false;
  #isStopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Resolves when a run has ended that began after this call. */
  soon(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#isStopped ? undefined : this.#start();
    });
    return this.#next;
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #start(): Promise<void> {
    const { clock, everyMs } = this.#options;
    this.#timer?.cancel();
    const startedMs = clock.now();
    this.#running = this.#runOnce().then(() => {
      this.#running = undefined;
      if (this.#isStopped) return;
      const waitMs = Math.max(0, everyMs - (clock.now() - startedMs));
      this.#timer = clock.after(waitMs, () => void this.soon());
    });
    return this.#running;
  }

  async #runOnce(): Promise<void> {
    try {
      await this.#options.run();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.onFault(error);
      this.#isFailing = true;
    }
  }
}
