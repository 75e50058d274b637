/**
 * One session's correspondence: how far its commands ran and what they answered, and what it was told. Kept until the client
 * has it or a cap is reached: what a cap takes away is a gap, and is said to be one.
 *
 * Invariants: ids and sequence numbers only grow; `told` and `results` are the newest ones, without holes in `told`.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Ack, ToldKind } from "./wire.ts";

/** What was told, once for everyone it was told to. */
export interface Told {
  readonly kind: ToldKind;
  readonly body: Uint8Array;
}

export interface Result {
  readonly id: number;
  readonly isFault: boolean;
  readonly body: Uint8Array;
}

export class Mailbox {
  readonly sessionId: string;
  /** Short name of the session in the log. */
  readonly index: number;
  #commandId = 0;
  #seq = 0;
  readonly #results: Result[] = [];
  readonly #told: Told[] = [];
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

  /** Number of the oldest thing told that is still kept; seq + 1 when nothing is. */
  get firstKept(): number {
    return this.#seq - this.#told.length + 1;
  }

  get told(): readonly Told[] {
    return this.#told;
  }

  get results(): readonly Result[] {
    return this.#results;
  }

  /** What was told under this number; undefined when it is not kept any more, or was never told. */
  toldAt(seq: number): Told | undefined {
    return this.#told[seq - this.firstKept];
  }

  /** Results with ids above `after`, oldest first. */
  *resultsAfter(after: number): Generator<Result> {
    for (const result of this.#results) if (result.id > after) yield result;
  }

  tell(told: Told): void {
    this.#seq++;
    this.#told.push(told);
    this.#toldBytes += told.body.length;
    while (this.#told.length > LIMITS.toldItems || (this.#toldBytes > LIMITS.toldBytes && this.#told.length > 1)) {
      this.#dropOldestTold();
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
    while (this.#told.length > 0 && this.firstKept <= eventSeq) this.#dropOldestTold();
    while (this.#results.length > 0 && this.#results[0]!.id <= commandId) this.#dropOldestResult();
  }

  /** As a log says it was; for a mailbox that is new. */
  restore(commandId: number, seq: number, results: readonly Result[], told: readonly Told[]): void {
    this.#commandId = commandId;
    this.#seq = seq;
    for (const result of results) this.#resultBytes += this.#results[this.#results.push(result) - 1]!.body.length;
    for (const one of told) this.#toldBytes += this.#told[this.#told.push(one) - 1]!.body.length;
  }

  #dropOldestTold(): void {
    this.#toldBytes -= this.#told.shift()!.body.length;
  }

  #dropOldestResult(): void {
    this.#resultBytes -= this.#results.shift()!.body.length;
  }
}
