/** Logs in a journal that several processes may share: who claims, reads and sets aside. */
import { setMaxListeners } from "node:events";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { type Journal, type JournalClaim, type JournalHead, ownership } from "./journal.ts";
import { JournalAppender } from "./journal-appender.ts";
import { type Claim, type LogAppender, type LogStore, type OwnedRoom, ownedError } from "./store.ts";

/** Between two tries of a claim, ms. */
const RETRY_MS = 100;

export interface JournalStoreOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Told of what a journal that is away costs. */
  readonly onFault: (message: string, error: unknown) => void;
}

export class JournalStore implements LogStore {
  readonly name: string;
  readonly outlivesProcess: boolean;
  readonly isShared: boolean;
  readonly #options: JournalStoreOptions;
  readonly #closing = new AbortController();
  #claims = 0;

  constructor(options: JournalStoreOptions) {
    this.name = options.journal.name;
    this.outlivesProcess = options.journal.outlivesProcess;
    this.isShared = options.journal.isShared;
    this.#options = options;
    // One for each room that waits for a journal that is away.
    setMaxListeners(0, this.#closing.signal);
  }

  async claim(roomId: string, { owner, from, onFenced }: Claim): Promise<LogAppender> {
    const { journal, clock, onFault } = this.#options;
    const key = `${owner} ${++this.#claims}`;
    const { isWon, head } = await this.#tryClaim(roomId, { owner, from, key });
    if (!isWon) throw ownedError(roomId, from, currentOf(roomId, head));
    const { epoch, attempts } = head!;
    const { signal } = this.#closing;
    return new JournalAppender({ journal, roomId, owner, epoch, attempts, clock, onFenced, onFault, signal });
  }

  async ownerOf(roomId: string): Promise<OwnedRoom | undefined> {
    return currentOf(roomId, await this.#options.journal.head(roomId));
  }

  roomsOf(owner: string): Promise<OwnedRoom[]> {
    return this.#options.journal.rooms(owner);
  }

  unfinished(): Promise<OwnedRoom[]> {
    return this.#options.journal.rooms();
  }

  list(): Promise<string[]> {
    return this.#options.journal.list();
  }

  read(roomId: string): Promise<Uint8Array[]> {
    return this.#options.journal.read(roomId);
  }

  quarantine(roomId: string, epoch: number): Promise<void> {
    return this.#options.journal.end(roomId, epoch, "quarantined");
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#options.journal.close();
  }

  /** The same claim again while nobody answers: the one whose answer was lost may have been granted. */
  async #tryClaim(roomId: string, claim: JournalClaim): ReturnType<Journal["claim"]> {
    const { journal, clock } = this.#options;
    const endMs = clock.now() + LIMITS.claimMs;
    for (;;) {
      try {
        return await journal.claim(roomId, claim);
      } catch (error) {
        if (clock.now() >= endMs) throw error;
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }
}

function currentOf(roomId: string, head: JournalHead | undefined): OwnedRoom | undefined {
  return head?.state === "" ? { roomId, ...ownership(head) } : undefined;
}
