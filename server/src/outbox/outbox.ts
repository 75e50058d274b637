/**
 * Events and command results on their way out. They are staged while a tick runs, bound to that tick's log entry at publish,
 * and leave when the entry is committed: after the patch of the tick that made them, in order, never before.
 *
 * Bound: LIMITS.outboxItems waiting for commits; beyond it a new item is dropped and counted, because a store that has been
 * away that long must not take the process's memory with it.
 */
import { LIMITS } from "@ninelives/shared-schema";

export type Send = () => void;

export class Outbox {
  #staged: Send[] = [];
  #waiting = 0;
  readonly #onDropped: () => void;

  constructor(onDropped: () => void) {
    this.#onDropped = onDropped;
  }

  get hasStaged(): boolean {
    return this.#staged.length > 0;
  }

  stage(send: Send): void {
    if (this.#waiting + this.#staged.length >= LIMITS.outboxItems) this.#onDropped();
    else this.#staged.push(send);
  }

  /** Takes what this tick staged; call the returned function once its entry is committed. */
  seal(): () => void {
    const batch = this.#staged;
    if (batch.length === 0) return noop;
    this.#staged = [];
    this.#waiting += batch.length;
    return () => {
      this.#waiting -= batch.length;
      for (const send of batch) send();
    };
  }
}

function noop(): void {}
