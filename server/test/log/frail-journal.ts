/** A journal on the far side of a line that a test breaks: requests get lost, or their answers, or they come late. */
import type { Journal, JournalBatch } from "../../src/log/journal.ts";
import { MemoryJournal } from "../../src/log/memory-journal.ts";

/** `unsent`: nothing happens. `unanswered`: it happens. `late`: it happens when the test says. The caller never knows which. */
export type Line = "up" | "unsent" | "unanswered" | "late";

type Act = (journal: Journal) => Promise<unknown>;

export class FrailJournal implements Journal {
  readonly name = "frail";
  readonly outlivesProcess = true;
  readonly isShared = true;
  line: Line = "up";
  /** Every batch that came, whatever became of it. */
  readonly came: JournalBatch[] = [];
  #journal: Journal = new MemoryJournal(() => 1);
  #acts: Act[] = [];
  #late: Act[] = [];

  claim: Journal["claim"] = (roomId, claim) => this.#over((journal) => journal.claim(roomId, claim));
  head: Journal["head"] = (roomId) => this.#over((journal) => journal.head(roomId));
  settle: Journal["settle"] = (roomId, epoch) => this.#over((journal) => journal.settle(roomId, epoch));
  release: Journal["release"] = (roomId, epoch, heir) => this.#over((journal) => journal.release(roomId, epoch, heir));
  end: Journal["end"] = (roomId, epoch, how) => this.#over((journal) => journal.end(roomId, epoch, how));
  rooms: Journal["rooms"] = (owner) => this.#over((journal) => journal.rooms(owner));
  list: Journal["list"] = () => this.#over((journal) => journal.list());
  read: Journal["read"] = (roomId) => this.#over((journal) => journal.read(roomId));
  append: Journal["append"] = (roomId, batch) => {
    this.came.push(batch);
    return this.#over((journal) => journal.append(roomId, batch));
  };

  async close(): Promise<void> {
    this.line = "unsent";
  }

  /** What was late comes now, the newest first. */
  async arrive(): Promise<void> {
    for (const act of this.#late.splice(0).reverse()) await this.#do(act);
  }

  /** Forgets the last things that happened to it. */
  async goBack(acts: number): Promise<void> {
    const kept = this.#acts.slice(0, Math.max(0, this.#acts.length - acts));
    this.#journal = new MemoryJournal(() => 1);
    this.#acts = [];
    for (const act of kept) await this.#do(act);
  }

  async #over<R>(act: (journal: Journal) => Promise<R>): Promise<R> {
    const { line } = this;
    if (line === "late") this.#late.push(act);
    const answer = line === "up" || line === "unanswered" ? await this.#do(act) : undefined;
    if (line !== "up") throw new Error("no answer");
    return answer as R;
  }

  #do<R>(act: (journal: Journal) => Promise<R>): Promise<R> {
    this.#acts.push(act);
    return act(this.#journal);
  }
}
