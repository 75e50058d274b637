/** Logs in this process's memory: for tests, and for hosts that want replays but no durability. */
import type { Clock } from "../tick/clock.ts";
import { JournalStore } from "./journal-store.ts";
import { MemoryJournal } from "./memory-journal.ts";

export class MemoryStore extends JournalStore {
  constructor(clock: Clock) {
    super({ journal: new MemoryJournal(() => clock.wallMs()), clock, onFault() {} });
  }
}
