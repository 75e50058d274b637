/**
 * Who may have a seat that has none yet. A process under strain takes nobody new: whoever asks is told so at once, or is sent to another
 * process. Players who have a seat are not asked here, nor are those whom a queue sends; and queues take whoever comes, as waiting costs
 * little, and matches are made where there is something to spare.
 */
import { matchMaker } from "@colyseus/core";
import { LIMITS, NetError } from "@ninelives/shared-schema";

/** Nobody waits for this one, as for a room that moves: the next try is as long away as it says. */
export class TurnedAway extends NetError {
  constructor(why: string) {
    super("BUSY", why, { retryAfterMs: LIMITS.strainRetryMs });
  }
}

export interface NewcomersOptions {
  /** This process takes players who have no seat. */
  readonly isOpen: () => boolean;
  /** Other processes that take none, as far as is known. */
  readonly closedOthers: () => readonly string[];
  readonly isQueue: (typeName: string) => boolean;
  /** Told of everybody who is turned away. */
  readonly onTurnedAway: () => void;
}

export class Newcomers {
  readonly #options: NewcomersOptions;

  constructor(options: NewcomersOptions) {
    this.#options = options;
  }

  /** Processes that take nobody new. */
  closed(): readonly string[] {
    const { isOpen, closedOthers } = this.#options;
    return isOpen() ? closedOthers() : [...closedOthers(), matchMaker.processId];
  }

  /** Throws BUSY when that process takes nobody new into rooms of this type. */
  mustEnter(typeName: string, processId: string): void {
    if (this.#options.isQueue(typeName) || !this.closed().includes(processId)) return;
    throw this.turnedAway(`nobody new is taken into rooms of type "${typeName}" there: the process has too much to do`);
  }

  /** Counts one. */
  turnedAway(why: string): TurnedAway {
    this.#options.onTurnedAway();
    return new TurnedAway(why);
  }
}
