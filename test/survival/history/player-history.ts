/**
 * What one player did and was shown, for the checker: written down by whoever plays, as it happens. Rows of numbers are kept as spans, so
 * that hours of play fit.
 */

/** Numbers `from` to `to`, one after the other, all at this epoch. Ticks may leave some out. */
export interface Span {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** What the room holds in the end of commands that the player numbered from 1. */
export interface Ending {
  /** Said by the player. */
  readonly said: number;
  /** The highest that ran, how many ran twice, and how many below the highest never did. */
  readonly last: number;
  readonly twice: number;
  readonly missing: number;
}

export interface PlayerHistory {
  readonly sessionId: string;
  readonly roomId: string;
  /** All commands of the session, numbered from 1. */
  readonly issued: number;
  /** Commands that were answered, in the order of the answers; the epoch is the one the player knew of then. */
  readonly answered: readonly Span[];
  /** Ticks of the states it was shown. */
  readonly shown: readonly Span[];
  /** undefined: nobody looked. */
  readonly ending: Ending | undefined;
}

export class PlayerLog {
  issued = 0;
  ending: Ending | undefined;
  readonly #answered: Span[] = [];
  readonly #shown: Span[] = [];

  /** The number of the command that is issued now. */
  issue(): number {
    return ++this.issued;
  }

  answered(number: number, epoch: number): void {
    extend(this.#answered, number, epoch, (last) => number === last + 1);
  }

  shown(tick: number, epoch: number): void {
    extend(this.#shown, tick, epoch, (last) => tick >= last);
  }

  history(sessionId: string, roomId: string): PlayerHistory {
    const { issued, ending } = this;
    return { sessionId, roomId, issued, answered: [...this.#answered], shown: [...this.#shown], ending };
  }
}

/** What numbers that ran, in their order, come to. */
export function endingOf(said: number, ran: readonly number[]): Ending {
  const different = new Set(ran);
  const last = Math.max(0, ...different);
  return { said, last, twice: ran.length - different.size, missing: last - different.size };
}

function extend(spans: Span[], value: number, epoch: number, follows: (last: number) => boolean): void {
  const last = spans.at(-1);
  if (last !== undefined && last.epoch === epoch && follows(last.to)) spans[spans.length - 1] = { ...last, to: value };
  else spans.push({ epoch, from: value, to: value });
}
