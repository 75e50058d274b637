/**
 * Notices that another process has the match, and measures what that was like here: from the last patch of the old owner to the
 * first one of the new. A connection that merely came back to the same owner is none.
 */
import type { Room } from "@ninelives/client";
import type { Arena, Ship } from "../arena.type.ts";

/** One time the match went on in another process, as this page saw it. */
export interface Takeover {
  /** Which life of the match has begun: 2 after the first kill. */
  readonly life: number;
  /** Without a picture, ms. */
  readonly gapMs: number;
  readonly ticksLost: number;
  readonly epoch: number;
  readonly isSameShip: boolean;
  readonly scoreBefore: number;
  readonly score: number;
  /** What the player asked for and had no answer to when the connection was back; and how much of it had been sent before. */
  readonly waited: number;
  readonly resent: number;
  /** Number of the last command among them. */
  readonly lastCommand: number;
}

export class TakeoverWatch {
  readonly #room: Room<typeof Arena>;
  readonly #now: () => number;
  readonly #told: (takeover: Takeover) => void;
  readonly #offs: (() => void)[];
  #patchAtMs: number;
  #epoch: number;
  #ship: Ship | undefined;
  #score = 0;
  #waited = 0;
  #lastCommand = 0;
  #resent = 0;

  /** `now`: a clock that only goes forward, ms. */
  constructor(room: Room<typeof Arena>, now: () => number, told: (takeover: Takeover) => void) {
    this.#room = room;
    this.#now = now;
    this.#told = told;
    this.#patchAtMs = now();
    this.#epoch = room.epoch;
    this.#remember();
    this.#offs = [
      room.onPatch(() => this.#patch()),
      room.connection.onChange(({ from, to }) => from === "RECONNECTING" && to === "CONNECTED" && this.#back()),
    ];
  }

  /** When the last picture came. */
  get patchAtMs(): number {
    return this.#patchAtMs;
  }

  /** What the player asked for and has no answer to. */
  waiting(): number {
    return asked(this.#room).length;
  }

  /** Everything that waited then has its answer. */
  isAnswered({ lastCommand }: Takeover): boolean {
    return asked(this.#room).every(({ id }) => id > lastCommand);
  }

  stop(): void {
    for (const off of this.#offs) off();
  }

  /** Connected; what waits is sent with the welcome, which comes before the first picture. */
  #back(): void {
    const waiting = asked(this.#room);
    this.#waited = waiting.length;
    this.#lastCommand = waiting.at(-1)?.id ?? 0;
    this.#resent = this.#room.net.totals.commandsResent;
  }

  #patch(): void {
    const { epoch } = this.#room;
    const nowMs = this.#now();
    if (epoch > this.#epoch) this.#tell(nowMs);
    this.#epoch = epoch;
    this.#patchAtMs = nowMs;
    this.#remember();
  }

  #tell(nowMs: number): void {
    const { state, sessionId, epoch, net } = this.#room;
    const ship = state.ships.get(sessionId);
    this.#told({
      life: state.restores + 1,
      gapMs: nowMs - this.#patchAtMs,
      ticksLost: state.ticksLost,
      epoch,
      isSameShip: ship !== undefined && ship === this.#ship,
      scoreBefore: this.#score,
      score: ship?.score ?? 0,
      waited: this.#waited,
      resent: net.totals.commandsResent - this.#resent,
      lastCommand: this.#lastCommand,
    });
  }

  #remember(): void {
    this.#ship = this.#room.state.ships.get(this.#room.sessionId);
    this.#score = this.#ship?.score ?? 0;
  }
}

/** Commands of the game and what is said: not what the client asks for itself. */
function asked({ pending }: Room<typeof Arena>) {
  return pending.filter(({ type }) => type === "$publish" || !type.startsWith("$"));
}
