/** What happened in one simulated world, line by line: for people who look for the cause of a fault. Times are the world's, ms. */
import type { StoreEvent } from "./history.ts";

/** Commands of a batch that are named. */
const KEYS = 8;

export interface Line {
  readonly atMs: number;
  /** A process, a player, the store or the storm. */
  readonly who: string;
  readonly what: string;
}

export class Story {
  readonly lines: Line[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  tell(who: string, what: string): void {
    this.lines.push({ atMs: this.#now(), who, what });
  }
}

export function storyText(lines: readonly Line[]): string {
  return lines.map(({ atMs, who, what }) => `${String(atMs).padStart(6)} ms  ${who.padEnd(6)} ${what}`).join("\n");
}

/** What the store did, as it would say it. */
export function wordsOf(event: StoreEvent): string {
  switch (event.kind) {
    case "claimed":
      return `gives ${event.roomId} to ${event.owner} at epoch ${event.epoch}`;
    case "appended": {
      const { roomId, epoch, number, begins, by, ticks, keys } = event;
      const commands = keys.length > KEYS ? `${keys.length} commands` : keys.join(" ") || "nothing new";
      return `takes ${roomId} ${epoch}-${number} of ${by}${begins ? ", a beginning," : ""} at tick ${ticks.at(-1)}: ${commands}`;
    }
    case "quarantined":
      return `sets ${event.roomId} aside`;
    case "rolledBack":
      return event.toMs < 0 ? "has lost everything" : `has lost everything after ${event.toMs} ms`;
  }
}
