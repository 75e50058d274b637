/** A memory store whose commits a test holds back: what a slow disk or a store that is away looks like to a room. */
import type { LogAppender, LogStore } from "@ninelives/server";
import { MemoryStore } from "../../server/src/log/memory-store.ts";

export class HeldStore implements LogStore {
  readonly name = "held";
  readonly #inner = new MemoryStore();
  #held: (() => void)[] | undefined;

  /** From now on records are taken, but nobody is told that they are committed. */
  hold(): void {
    this.#held ??= [];
  }

  /** Tells of every commit held back, in order. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const committed of held) committed();
  }

  async open(roomId: string): Promise<LogAppender> {
    const inner = await this.#inner.open(roomId);
    const gate = (committed: () => void) => () => {
      if (this.#held === undefined) committed();
      else this.#held.push(committed);
    };
    return {
      previousEpoch: inner.previousEpoch,
      get segmentBytes() {
        return inner.segmentBytes;
      },
      needsBegin: false,
      append: (record, committed) => inner.append(record, gate(committed)),
      begin: (records, committed) => inner.begin(records, gate(committed)),
      close: (finished) => inner.close(finished),
    };
  }

  list(): Promise<string[]> {
    return this.#inner.list();
  }

  unfinished(): Promise<string[]> {
    return this.#inner.unfinished();
  }

  read(roomId: string): Promise<Uint8Array[]> {
    return this.#inner.read(roomId);
  }

  close(): Promise<void> {
    this.release();
    return this.#inner.close();
  }
}
