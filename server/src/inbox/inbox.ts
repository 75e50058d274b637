/**
 * What waits for the next tick: lifecycle (join, leave, drop, resume) and commands, in order of arrival. Nothing else may
 * change a room, so nothing changes it between ticks.
 *
 * Bounds: commands up to LIMITS.inboxItemsPerSession a session. Lifecycle always fits: there are at most a few per seat. Once
 * closed, items run at once: a room that is going away has no next tick.
 */
import { LIMITS } from "@ninelives/shared-schema";

export class Inbox {
  #items: (() => void)[] = [];
  readonly #perSession = new Map<string, number>();
  #closed = false;

  /** Runs `fn` at the next tick edge; settles as `fn` does. A promise that `fn` returns is not waited for by the tick. */
  atTickEdge<R>(fn: () => R | Promise<R>): Promise<R> {
    return this.#defer(fn);
  }

  /** No more commands of this session fit before the next tick. `elsewhere`: how many of its commands will still come in here. */
  isFullFor(sessionId: string, elsewhere = 0): boolean {
    return (this.#perSession.get(sessionId) ?? 0) + elsewhere >= LIMITS.inboxItemsPerSession;
  }

  /** Runs a session's command at the next tick edge; a throw is an unhandled rejection. Ask {@link isFullFor} first. */
  command(sessionId: string, fn: () => void): void {
    this.#perSession.set(sessionId, (this.#perSession.get(sessionId) ?? 0) + 1);
    if (this.#closed) contained(fn);
    else this.#items.push(() => contained(fn));
  }

  /** Runs everything that arrived before this call, in order. */
  run(): void {
    const items = this.#items;
    if (items.length === 0) return;
    this.#items = [];
    this.#perSession.clear();
    for (const item of items) item();
  }

  /** From now on items run as they arrive; what waits runs now. */
  close(): void {
    this.#closed = true;
    this.run();
  }

  #defer<R>(fn: () => R | Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const run = () => {
        try {
          resolve(fn());
        } catch (error) {
          reject(error);
        }
      };
      if (this.#closed) run();
      else this.#items.push(run);
    });
  }
}

/** One command's fault keeps no other one from running. */
function contained(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    void Promise.reject(error as Error);
  }
}
