/** A memory store whose commits a test holds back: what a slow disk or a store that is away looks like to a room. */
import { type Claim, type LogAppender, type LogStore, type OwnedRoom, systemClock } from "@ninelives/server";
import { MemoryStore } from "../../server/src/log/memory-store.ts";

export class HeldStore implements LogStore {
  readonly outlivesProcess = false;
  readonly isShared = false;
  readonly name = "held";
  readonly #inner = new MemoryStore(systemClock);
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

  async claim(roomId: string, claim: Claim): Promise<LogAppender> {
    const inner = await this.#inner.claim(roomId, claim);
    const gate = (committed: () => void) => () => {
      if (this.#held === undefined) committed();
      else this.#held.push(committed);
    };
    return {
      epoch: inner.epoch,
      attempts: inner.attempts,
      get isFull() {
        return inner.isFull;
      },
      get needsBegin() {
        return inner.needsBegin;
      },
      append: (record, committed) => inner.append(record, gate(committed)),
      begin: (records, committed, players) => inner.begin(records, gate(committed), players),
      settled: () => inner.settled(),
      close: (how) => inner.close(how),
    };
  }

  ownerOf(roomId: string): Promise<OwnedRoom | undefined> {
    return this.#inner.ownerOf(roomId);
  }

  roomsOf(owner: string): Promise<OwnedRoom[]> {
    return this.#inner.roomsOf(owner);
  }

  list(): Promise<string[]> {
    return this.#inner.list();
  }

  unfinished(): Promise<OwnedRoom[]> {
    return this.#inner.unfinished();
  }

  read(roomId: string): Promise<Uint8Array[]> {
    return this.#inner.read(roomId);
  }

  quarantine(roomId: string, epoch: number): Promise<void> {
    return this.#inner.quarantine(roomId, epoch);
  }

  close(): Promise<void> {
    this.release();
    return this.#inner.close();
  }
}
