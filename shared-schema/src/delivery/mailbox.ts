/**
 * One session's correspondence: how far its commands ran and what they answered, and what it was told. Kept until the client
 * has it or a cap is reached: what a cap takes away is a gap, and is said to be one.
 *
 * Invariants: ids and sequence numbers only grow. At a cap the oldest message of a topic goes first, because its topic keeps it,
 * too; then the oldest event. So chat takes no event from a player who is away.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type Ack, ItemKind, type ToldKind } from "./wire.ts";

/** What was told, once for everyone it was told to. */
export interface Told {
  readonly kind: ToldKind;
  readonly body: Uint8Array;
}

/** Something told, as it is kept. */
export interface Letter {
  readonly seq: number;
  /** How many of the things told were events, up to this one. */
  readonly events: number;
  readonly told: Told;
}

export interface Result {
  readonly id: number;
  readonly isFault: boolean;
  readonly body: Uint8Array;
}

/** How far a mailbox is, beside what it keeps. */
export interface MailboxNumbers {
  readonly commandId: number;
  readonly seq: number;
  readonly events: number;
}

export class Mailbox {
  readonly sessionId: string;
  /** Short name of the session in the log. */
  readonly index: number;
  #commandId = 0;
  #seq = 0;
  #events = 0;
  readonly #results: Result[] = [];
  /** Oldest first. */
  readonly #letters: Letter[] = [];
  #resultBytes = 0;
  #toldBytes = 0;

  constructor(sessionId: string, index: number) {
    this.sessionId = sessionId;
    this.index = index;
  }

  /** Highest id of a command that has run. */
  get commandId(): number {
    return this.#commandId;
  }

  /** Number of the newest thing told. */
  get seq(): number {
    return this.#seq;
  }

  /** How many of the things told were events. */
  get events(): number {
    return this.#events;
  }

  /** Number of the oldest thing told that is still kept; seq + 1 when nothing is. */
  get firstKept(): number {
    return this.#letters[0]?.seq ?? this.#seq + 1;
  }

  get letters(): readonly Letter[] {
    return this.#letters;
  }

  get results(): readonly Result[] {
    return this.#results;
  }

  /** What was told under numbers above `after` and is kept, oldest first. */
  *lettersAfter(after: number): Generator<Letter> {
    for (const letter of this.#letters) if (letter.seq > after) yield letter;
  }

  /** Results with ids above `after`, oldest first. */
  *resultsAfter(after: number): Generator<Result> {
    for (const result of this.#results) if (result.id > after) yield result;
  }

  tell(told: Told): void {
    this.#seq++;
    if (told.kind === ItemKind.EVENT) this.#events++;
    this.#letters.push({ seq: this.#seq, events: this.#events, told });
    this.#toldBytes += told.body.length;
    const isFull = () => this.#letters.length > LIMITS.toldItems || this.#toldBytes > LIMITS.toldBytes;
    while (isFull() && this.#letters.length > 1) {
      const message = this.#letters.findIndex((letter) => letter.told.kind !== ItemKind.EVENT);
      this.#drop(Math.max(0, message));
    }
  }

  /** Throws when the id is not above every earlier one: that command has run. */
  answer(result: Result): void {
    if (result.id <= this.#commandId) throw new RangeError(`command ${result.id} after ${this.#commandId}`);
    this.#commandId = result.id;
    this.#results.push(result);
    this.#resultBytes += result.body.length;
    const tooMany = () => this.#results.length > LIMITS.resultItems || this.#resultBytes > LIMITS.resultBytes;
    while (tooMany() && this.#results.length > 1) this.#dropOldestResult();
  }

  /** The client has everything up to here. */
  acked({ eventSeq, commandId }: Ack): void {
    while (this.#letters.length > 0 && this.firstKept <= eventSeq) this.#drop(0);
    while (this.#results.length > 0 && this.#results[0]!.id <= commandId) this.#dropOldestResult();
  }

  /** As a log says it was; for a mailbox that is new. */
  restore(numbers: MailboxNumbers, results: readonly Result[], letters: readonly Letter[]): void {
    this.#commandId = numbers.commandId;
    this.#seq = numbers.seq;
    this.#events = numbers.events;
    for (const result of results) this.#resultBytes += this.#results[this.#results.push(result) - 1]!.body.length;
    for (const letter of letters) this.#toldBytes += this.#letters[this.#letters.push(letter) - 1]!.told.body.length;
  }

  /** What was told is told in other words from now on; undefined: it is not kept any more. */
  revise(revised: (told: Told) => Told | undefined): void {
    const letters = this.#letters.splice(0);
    this.#toldBytes = 0;
    for (const { seq, events, told } of letters) {
      const now = revised(told);
      if (now === undefined) continue;
      this.#letters.push({ seq, events, told: now });
      this.#toldBytes += now.body.length;
    }
  }

  #drop(place: number): void {
    const [letter] = this.#letters.splice(place, 1);
    this.#toldBytes -= letter!.told.body.length;
  }

  #dropOldestResult(): void {
    this.#resultBytes -= this.#results.shift()!.body.length;
  }
}
