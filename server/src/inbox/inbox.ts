/**
 * What waits for the next tick: lifecycle (join, leave, drop, resume) and commands, in order of arrival. Nothing else may
 * change a room, so nothing changes it between ticks.
 *
 * Bounds: commands up to LIMITS.inboxItemsPerSession a session. Lifecycle always fits: there are at most a few per seat. Once
 * closed, items run at once: a room that is going away has no next tick. Once abandoned, nothing runs: another process has the room.
 */
import { LIMITS } from "@ninelives/shared-schema";

export class Inbox {
  #items: Item[] = [];
  readonly #perSession = new Map<string, number>();
  #state: "open" | "closed" | "abandoned" = "open";

  /**
   * Runs `fn` at the next tick edge; settles as `fn` does, with undefined where it never runs. A promise that `fn` returns is not
   * waited for by the tick.
   */
  atTickEdge<R>(fn: () => R | Promise<R>): Promise<R | undefined> {
    return new Promise<R | undefined>((resolve, reject) => {
      const run = () => {
        try {
          resolve(fn());
        } catch (error) {
          reject(error);
        }
      };
      this.#add({ run, giveUp: () => resolve(undefined) });
    });
  }

  /** No more commands of this session fit before the next tick. `elsewhere`: how many of its commands will still come in here. */
  isFullFor(sessionId: string, elsewhere = 0): boolean {
    return (this.#perSession.get(sessionId) ?? 0) + elsewhere >= LIMITS.inboxItemsPerSession;
  }

  /** Runs a session's command at the next tick edge; a throw is an unhandled rejection. Ask {@link isFullFor} first. */
  command(sessionId: string, fn: () => void): void {
    this.#perSession.set(sessionId, (this.#perSession.get(sessionId) ?? 0) + 1);
    this.#add({ run: () => contained(fn), giveUp() {} });
  }

  /** Runs everything that arrived before this call, in order. */
  run(): void {
    const items = this.#items;
    if (items.length === 0) return;
    this.#items = [];
    this.#perSession.clear();
    for (const { run } of items) run();
  }

  /** From now on items run as they arrive; what waits runs now. */
  close(): void {
    this.#state = "closed";
    this.run();
  }

  /** Nothing runs any more. Who waits for a join, a leave or a drop goes on without it: the room ends when nobody does. */
  abandon(): void {
    this.#state = "abandoned";
    const items = this.#items;
    this.#items = [];
    for (const { giveUp } of items) giveUp();
  }

  #add(item: Item): void {
    if (this.#state === "open") this.#items.push(item);
    else if (this.#state === "closed") item.run();
    else item.giveUp();
  }
}

interface Item {
  readonly run: () => void;
  readonly giveUp: () => void;
}

/** One command's fault keeps no other one from running. */
function contained(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    void Promise.reject(error as Error);
  }
}
