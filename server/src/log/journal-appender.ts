/**
 * Brings one room's records to a journal, in order and once, through everything that may happen on the way. One batch is under
 * way at a time; what comes meanwhile goes with the next one.
 *
 *   no answer                  the batch may be there or not: ask where the journal stands, then go on or send the same again
 *   the journal went back,     records are missing there that this room has forgotten: whatever was not committed is given up,
 *   or is empty                the owner has to `begin` again, and that commit stands for all of it
 *   too much waits             as above
 *   a later epoch, or ended    somebody else has the room: nothing is sent or committed any more
 *
 * A number is never given to two different batches, so a batch that comes late, by whatever way, is refused or is the one meant.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { type Journal, type JournalBatch, type JournalPlace, verdictOn } from "./journal.ts";
import type { LogAppender } from "./store.ts";

/** Between two tries, ms. A journal that is back is found sooner: it answers the try that waits for it. */
const RETRY_MS = 100;

interface Append {
  /** Place among all appends of this room. */
  readonly place: number;
  readonly bytes: Uint8Array;
  readonly begins: boolean;
  readonly players: number | undefined;
  readonly onCommitted: () => void;
}

export interface JournalAppenderOptions {
  readonly journal: Journal;
  readonly roomId: string;
  readonly owner: string;
  readonly epoch: number;
  readonly attempts: number;
  readonly clock: Clock;
  readonly onFenced: () => void;
  /** Told of the first failure of each row of them, and of what is lost by it. */
  readonly onFault: (message: string, error: unknown) => void;
  /** From its abort on nothing is tried any more. The store has one for all its appenders, and keeps no list of them. */
  readonly signal: AbortSignal;
}

export class JournalAppender implements LogAppender {
  needsBegin = true;
  readonly #options: JournalAppenderOptions;
  #queue: Append[] = [];
  #queuedBytes = 0;
  /** Given up, oldest first: the next `begin` behind them stands for them. */
  #orphans: Append[] = [];
  #places = 0;
  /** Of the last batch. */
  #number = 0;
  #segment = { bytes: 0, batches: 0, begunAtMs: 0 };
  #pumping: Promise<void> | undefined;
  #isFenced = false;
  #isFailing = false;
  /** Ends the wait for the next try. */
  #wake = () => {};
  /** Whoever waits for `close` waits no longer. */
  #giveUpClosing = () => {};

  constructor(options: JournalAppenderOptions) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  get attempts(): number {
    return this.#options.attempts;
  }

  get isFull(): boolean {
    const { bytes, batches, begunAtMs } = this.#segment;
    const ageMs = this.#options.clock.now() - begunAtMs;
    return (
      bytes >= LIMITS.journalSegmentBytes ||
      batches >= LIMITS.journalSegmentBatches ||
      ageMs >= LIMITS.journalSegmentAgeMs
    );
  }

  append(bytes: Uint8Array, onCommitted: () => void, players?: number): void {
    this.#add({ place: ++this.#places, bytes, begins: false, players, onCommitted });
  }

  begin(bytes: Uint8Array, onCommitted: () => void, players?: number): void {
    this.needsBegin = false;
    this.#segment = { bytes: 0, batches: 0, begunAtMs: this.#options.clock.now() };
    this.#add({ place: ++this.#places, bytes, begins: true, players, onCommitted });
  }

  settled(): void {
    const { journal, roomId, epoch } = this.#options;
    journal.settle(roomId, epoch).catch((error: unknown) => this.#fault("its claims still count", error));
  }

  /** Tries at once. Resolves at the first failure too; what is left to do is tried on until the store closes. */
  close(how: "finished" | "released", heir = ""): Promise<void> {
    this.#wake();
    return new Promise((resolve) => {
      this.#giveUpClosing = resolve;
      void this.#finish(how, heir).then(resolve);
    });
  }

  get #isStopped(): boolean {
    return this.#options.signal.aborted;
  }

  #add(append: Append): void {
    if (this.#isFenced) return;
    if (this.needsBegin) {
      this.#orphans.push(append);
      return;
    }
    this.#queue.push(append);
    this.#queuedBytes += append.bytes.length;
    this.#segment.bytes += append.bytes.length;
    if (this.#queuedBytes > LIMITS.appendQueueBytes && !append.begins) this.#giveUp();
    else this.#pumping ??= this.#pump();
  }

  #giveUp(): void {
    this.#orphans.push(...this.#queue);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.needsBegin = true;
    this.#fault(`${LIMITS.appendQueueBytes} bytes wait, a fresh snapshot will replace them`, undefined);
  }

  /** Delivers until nothing waits. Cleared in the same turn as its last look at the queue, so that no append is left behind. */
  async #pump(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#isStopped) await this.#deliver(this.#nextBatch());
    this.#pumping = undefined;
  }

  #nextBatch(): Append[] {
    const nextBegin = this.#queue.findIndex((append, index) => append.begins && index > 0);
    const batch = this.#queue.splice(0, nextBegin === -1 ? this.#queue.length : nextBegin);
    for (const append of batch) this.#queuedBytes -= append.bytes.length;
    return batch;
  }

  /** Until the batch is committed, lost or fenced, or the appender stopped. */
  async #deliver(appends: Append[]): Promise<void> {
    const { journal, roomId, epoch, owner } = this.#options;
    const { begins } = appends[0]!;
    const players = appends.findLast((append) => append.players !== undefined)?.players;
    const chunks = appends.map((append) => append.bytes);
    const batch: JournalBatch = { epoch, owner, number: ++this.#number, begins, players, chunks };
    this.#segment.batches++;
    let isUnknown = false;
    while (!this.#isStopped) {
      const head = await (isUnknown ? journal.head(roomId) : journal.append(roomId, batch)).catch((error: unknown) =>
        this.#failed(`${appends.length} records wait`, error),
      );
      if (head === "failed") {
        isUnknown = true;
        continue;
      }
      this.#isFailing = false;
      const verdict = verdictOn(batch, head);
      if (verdict === "taken") return this.#committed(appends);
      if (verdict === "over") return this.#fenced();
      if (verdict === "lost" || !isUnknown) return this.#lost(appends, head);
      isUnknown = false;
    }
  }

  #committed(appends: readonly Append[]): void {
    const [{ begins, place: first }] = appends as [Append];
    const covered = begins ? this.#orphans.filter(({ place }) => place < first) : [];
    if (begins) this.#orphans = this.#orphans.filter(({ place }) => place > first);
    for (const { onCommitted } of [...covered, ...appends]) {
      try {
        onCommitted();
      } catch (error) {
        this.#fault("a reader of commits threw", error);
      }
    }
  }

  /** The journal misses records from before the batch: only a `begin` helps, one that waits or one to come. */
  #lost(appends: readonly Append[], head: JournalPlace | undefined): void {
    const at = head === undefined ? "nothing" : `epoch ${head.epoch} number ${head.number}`;
    this.#fault(`the journal has ${at}, ${this.#number - 1} expected: a fresh snapshot will replace it`, undefined);
    const nextBegin = this.#queue.findIndex(({ begins }) => begins);
    const skipped = this.#queue.splice(0, nextBegin === -1 ? this.#queue.length : nextBegin);
    for (const append of skipped) this.#queuedBytes -= append.bytes.length;
    this.#orphans.push(...appends, ...skipped);
    this.#orphans.sort((a, b) => a.place - b.place);
    this.needsBegin ||= nextBegin === -1;
  }

  #fenced(): void {
    this.#isFenced = true;
    this.#queue = [];
    this.#orphans = [];
    this.#options.onFenced();
  }

  async #finish(how: "finished" | "released", heir: string): Promise<void> {
    const { journal, roomId, epoch } = this.#options;
    await this.#pumping;
    const leave = () =>
      how === "released" ? journal.release(roomId, epoch, heir) : journal.end(roomId, epoch, "ended");
    while (!this.#isStopped && !this.#isFenced) {
      const answer = await leave().catch((error: unknown) => this.#failed(`it waits to be ${how}`, error));
      if (answer !== "failed") return;
    }
  }

  async #failed(what: string, error: unknown): Promise<"failed"> {
    if (!this.#isFailing) this.#fault(what, error);
    this.#isFailing = true;
    this.#giveUpClosing();
    const { clock, signal } = this.#options;
    if (signal.aborted) return "failed";
    const pause = Promise.withResolvers<void>();
    const wake = () => pause.resolve();
    const timer = clock.after(RETRY_MS, wake);
    this.#wake = wake;
    signal.addEventListener("abort", wake);
    await pause.promise;
    timer.cancel();
    signal.removeEventListener("abort", wake);
    return "failed";
  }

  #fault(what: string, error: unknown): void {
    const { roomId, journal, onFault } = this.#options;
    onFault(`log of room "${roomId}" in ${journal.name}: ${what}`, error);
  }
}
