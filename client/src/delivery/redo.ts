/**
 * Commands that were answered lately: a server whose store lost its last second never heard of them, and gets them again.
 *
 * How long ago counts only while answers come, a gap between two at most as LIMITS.redoGapMs: while the store is away it takes
 * nothing, so what it had lost by then is as young after it as before.
 *
 * Bounds: LIMITS.redoMs and redoCommands; the oldest go.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { ClientClock } from "../clock.ts";

export class Redo<Command extends { readonly id: number }> {
  readonly #clock: ClientClock;
  /** Oldest first; the time is that of the answers. */
  #answered: { readonly command: Command; readonly atMs: number }[] = [];
  #answersMs = 0;
  #lastMs = 0;

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  keep(command: Command): void {
    const nowMs = this.#clock.now();
    this.#answersMs += Math.min(nowMs - this.#lastMs, LIMITS.redoGapMs);
    this.#lastMs = nowMs;
    this.#answered.push({ command, atMs: this.#answersMs });
    const fresh = this.#answered.findIndex(({ atMs }) => atMs > this.#answersMs - LIMITS.redoMs);
    this.#answered.splice(0, Math.max(fresh, this.#answered.length - LIMITS.redoCommands));
  }

  /** What a server that ran everything up to this has not, oldest first. */
  after(commandId: number): Command[] {
    return this.#answered.map(({ command }) => command).filter(({ id }) => id > commandId);
  }
}
