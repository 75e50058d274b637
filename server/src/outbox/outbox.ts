/**
 * Events and answers for stock clients, and whoever else waits for a commit. They are staged while a tick runs, bound to that tick's log entry at publish,
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
  #closed = false;
  readonly #onDropped: () => void;

  constructor(onDropped: () => void) {
    this.#onDropped = onDropped;
  }

  get hasStaged(): boolean {
    return this.#staged.length > 0;
  }

  stage(send: Send): void {
    if (this.#closed) send();
    else if (this.#waiting + this.#staged.length >= LIMITS.outboxItems) this.#onDropped();
    else this.#staged.push(send);
  }

  /** No tick comes any more: what is staged from now on leaves at once. */
  close(): void {
    this.#closed = true;
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
