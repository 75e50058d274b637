/**
 * Commands that were answered lately: a server whose store lost its last second never heard of them, and gets them again.
 * Bounds: LIMITS.redoMs and redoCommands; the oldest go.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { ClientClock } from "../clock.ts";

export class Redo<Command extends { readonly id: number }> {
  readonly #clock: ClientClock;
  /** Oldest first. */
  #answered: { readonly command: Command; readonly atMs: number }[] = [];

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  keep(command: Command): void {
    const nowMs = this.#clock.now();
    this.#answered.push({ command, atMs: nowMs });
    const fresh = this.#answered.findIndex(({ atMs }) => atMs > nowMs - LIMITS.redoMs);
    this.#answered.splice(0, Math.max(fresh, this.#answered.length - LIMITS.redoCommands));
  }

  /** What a server that ran everything up to this has not, oldest first. */
  after(commandId: number): Command[] {
    return this.#answered.map(({ command }) => command).filter(({ id }) => id > commandId);
  }
}
