/**
 * The store of a simulated world: the real journal and the real list of members, which can be down, lose everything, or go back in
 * time. Going back is running again what was done up to then: nothing of the journal's inside has to be known for it.
 *
 * It writes down what it took, from what it answered: the checker decides whether it should have.
 */
import { readRecords, RecordKind, SectionTag, unpack } from "@ninelives/shared-schema";
import type { Clock } from "@ninelives/server";
import type { Journal, JournalBatch } from "../../server/src/log/journal.ts";
import { MemoryJournal } from "../../server/src/log/memory-journal.ts";
import { type MemoryLease, MemoryMembers } from "../../server/src/ownership/memory-members.ts";
import type { Members } from "../../server/src/ownership/members.ts";
import type { StoreEvent } from "./history.ts";
import { type Story, wordsOf } from "./story.ts";
import type { Ran } from "./toy-room.ts";

export const JOURNAL_CALLS = ["claim", "append", "head", "settle", "release", "end", "rooms", "list", "read"] as const;
export const MEMBERS_CALLS = ["beat", "silent", "remove"] as const;

type Act = (journal: Journal) => Promise<unknown>;

export class SimStore {
  isUp = true;
  readonly history: StoreEvent[] = [];
  readonly members: MemoryMembers;
  readonly #clock: Clock;
  readonly #story: Story;
  #journal: Journal;
  /** The journal's: that of then, while it does again what it did. */
  #wallMs: () => number;
  #leases = new Map<string, MemoryLease>();
  #leasesBefore: { readonly atMs: number; readonly leases: ReadonlyMap<string, MemoryLease> }[] = [];
  #done: { readonly atMs: number; readonly wallMs: number; readonly act: Act }[] = [];
  /** Rooms that can be restored, and since when without a break. */
  readonly #begunAtMs = new Map<string, number>();

  constructor(clock: Clock, story: Story) {
    this.#clock = clock;
    this.#story = story;
    this.#wallMs = () => this.wallMs();
    this.#journal = new MemoryJournal(() => this.#wallMs());
    this.members = new MemoryMembers(clock, this.#leases);
  }

  wallMs(): number {
    return this.#clock.wallMs() + this.#clock.now();
  }

  /** The far end of a process's link. */
  journalOf(processId: string): Journal {
    const run = <R>(act: (journal: Journal) => Promise<R>) => this.#run(act);
    return {
      name: "simulated",
      outlivesProcess: true,
      isShared: true,
      claim: async (roomId, claim) => {
        const answer = await run((journal) => journal.claim(roomId, claim));
        if (answer.isWon) this.#write({ kind: "claimed", roomId, epoch: answer.head!.epoch, owner: claim.owner });
        return answer;
      },
      append: async (roomId, batch) => {
        const before = await this.#journal.head(roomId);
        const after = await run((journal) => journal.append(roomId, batch));
        const isThere = after.epoch === batch.epoch && after.number === batch.number && after.state === "";
        const wasThere = before?.epoch === batch.epoch && before.number === batch.number;
        if (isThere && !wasThere) this.#appended(processId, roomId, batch);
        return after;
      },
      head: (roomId) => this.#journal.head(roomId),
      settle: (roomId, epoch) => run((journal) => journal.settle(roomId, epoch)),
      release: (roomId, epoch, heir) => run((journal) => journal.release(roomId, epoch, heir)),
      end: async (roomId, epoch, how) => {
        await run((journal) => journal.end(roomId, epoch, how));
        if (how === "quarantined") this.#write({ kind: "quarantined", roomId });
      },
      rooms: (owner) => this.#journal.rooms(owner),
      list: () => this.#journal.list(),
      read: (roomId) => this.#journal.read(roomId),
      close: async () => {},
    };
  }

  membersOf(processId: string): Members {
    return this.members.connect(processId);
  }

  /** Once and again: so that going back knows the leases of then. */
  keepLeases(): void {
    this.#leasesBefore.push({ atMs: this.#clock.now(), leases: new Map(this.#leases) });
    if (this.#leasesBefore.length > 50) this.#leasesBefore.shift();
  }

  /** Since when it has had all of these rooms; Infinity while it lacks one. Whatever it lacks is nowhere but in its owner's memory. */
  hasSinceMs(roomIds: readonly string[]): number {
    return Math.max(...roomIds.map((roomId) => this.#begunAtMs.get(roomId) ?? Number.POSITIVE_INFINITY));
  }

  /** Everything after this moment is forgotten. */
  async goBack(toMs: number): Promise<void> {
    const done = this.#done.filter(({ atMs }) => atMs <= toMs);
    const wallMs = this.#wallMs;
    this.#journal = new MemoryJournal(() => this.#wallMs());
    this.#done = [];
    for (const { act, wallMs: then } of done) {
      this.#wallMs = () => then;
      await act(this.#journal);
    }
    this.#done = done;
    this.#wallMs = wallMs;
    for (const roomId of this.#begunAtMs.keys())
      if ((await this.#journal.head(roomId))?.isBegun !== true) this.#begunAtMs.delete(roomId);
    const leases = this.#leasesBefore.findLast(({ atMs }) => atMs <= toMs)?.leases ?? new Map<string, MemoryLease>();
    this.#leases.clear();
    for (const [processId, lease] of leases) this.#leases.set(processId, lease);
    this.#write({ kind: "rolledBack", toMs });
  }

  empty(): Promise<void> {
    this.#leasesBefore = [];
    return this.goBack(-1);
  }

  async #run<R>(act: (journal: Journal) => Promise<R>): Promise<R> {
    this.#done.push({ atMs: this.#clock.now(), wallMs: this.#wallMs(), act });
    return act(this.#journal);
  }

  #appended(by: string, roomId: string, { epoch, number, begins, chunks }: JournalBatch): void {
    const records = chunks.flatMap((chunk) => readRecords(chunk).records);
    const keys = records.flatMap(({ kind, sections }): string[] => {
      const shared = sections.get(SectionTag.SHARED);
      if (shared === undefined) return [];
      if (kind === RecordKind.ENTRY) return (unpack(shared) as Ran[]).map(([, key]) => key);
      return (unpack(shared) as [string, string[]][]).flatMap(([, list]) => list);
    });
    const ticks = records.map(({ tick }) => tick);
    if (begins && !this.#begunAtMs.has(roomId)) this.#begunAtMs.set(roomId, this.#clock.now());
    this.#write({ kind: "appended", roomId, epoch, number, begins, by, ticks, keys });
  }

  #write(event: Without<StoreEvent, "atMs">): void {
    const written = { ...event, atMs: this.#clock.now() } as StoreEvent;
    this.history.push(written);
    this.#story.tell("store", wordsOf(written));
  }
}

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
