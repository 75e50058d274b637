/** Tells everybody who waits how many are before them, and how long it may take: now and then, and only what is news to them. */
import { LIMITS, type QueueState } from "@ninelives/shared-schema";
import type { Tickets } from "./tickets.ts";

export interface StandingsOptions {
  readonly tickets: Tickets;
  readonly state: InstanceType<typeof QueueState>;
  /** `waitMs` undefined: nobody can say. */
  readonly place: (sessionId: string, place: number, waitMs: number | undefined) => void;
}

export class Standings {
  readonly #options: StandingsOptions;
  readonly #told = new Map<string, string>();
  #nextMs = 0;

  constructor(options: StandingsOptions) {
    this.#options = options;
  }

  tellAgain(sessionId: string): void {
    this.#told.delete(sessionId);
  }

  tell(nowMs: number): void {
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + LIMITS.queueNewsMs;
    const { tickets, state } = this.#options;
    const { waiting } = tickets;
    if (state.waiting !== waiting.length) state.waiting = waiting.length;
    for (const [at, id] of waiting.entries()) {
      const waitMs = this.#left(nowMs - tickets.get(id)!.sinceMs);
      for (const sessionId of tickets.membersOf(id))
        if (!tickets.waiter(sessionId)!.away) this.#tellOne(sessionId, at + 1, waitMs);
    }
  }

  #tellOne(sessionId: string, place: number, waitMs: number | undefined): void {
    const text = `${place} ${waitMs}`;
    if (this.#told.get(sessionId) === text) return;
    this.#told.set(sessionId, text);
    this.#options.place(sessionId, place, waitMs);
  }

  /** Whole seconds: who is told every change of less learns nothing from it. */
  #left(waitedMs: number): number | undefined {
    const { typicalWaitMs } = this.#options.state;
    return typicalWaitMs < 0 ? undefined : Math.ceil(Math.max(0, typicalWaitMs - waitedMs) / 1000) * 1000;
  }
}
