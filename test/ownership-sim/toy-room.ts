/**
 * A room that does nothing but count: its state is, for each player, the commands that ran, in order. It stands on the real log, the
 * real mailboxes and the real ticker; what it does around them is what a host's room does.
 */
import { LIMITS, Mailboxes, pack, readRecords, RecordKind, SectionTag, unpack } from "@ninelives/shared-schema";
import type { Clock, LogStore } from "@ninelives/server";
import { RoomLog, type Moment } from "../../server/src/log/room-log.ts";
import type { LogAppender } from "../../server/src/log/store.ts";
import { Ticker } from "../../server/src/tick/ticker.ts";
import type { ServerEnd } from "./wire.ts";

export const TICK_HZ = 10;
const SNAPSHOT_EVERY_TICKS = 20;

const LAYOUT = { state: undefined, memory: new Uint8Array(), events: [] };

type Lists = Map<string, string[]>;
/** Session and key of a command. */
export type Ran = readonly [sessionId: string, key: string];

interface Waiting {
  readonly sessionId: string;
  readonly id: number;
  readonly key: string;
}

export interface ToyRoomOptions {
  readonly roomId: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly owner: string;
  /** The lease, asked before every step. */
  readonly check: () => boolean;
  readonly onStep: (room: ToyRoom) => void;
  readonly onFenced: (epoch: number) => void;
}

export class ToyRoom {
  readonly roomId: string;
  lists: Lists = new Map();
  isFrozen = false;
  isDropped = false;
  readonly #options: ToyRoomOptions;
  readonly #ticker: Ticker;
  #mailboxes = new Mailboxes();
  #log: RoomLog | undefined;
  #claimed: LogAppender | undefined;
  #tick = 0;
  #loggedTick = 0;
  #queue: Waiting[] = [];
  #ran: Ran[] = [];
  readonly #links = new Map<string, ServerEnd>();
  /** Session -> highest id that waits or ran. */
  readonly #accepted = new Map<string, number>();
  /** Session -> highest id the log has. */
  readonly #committed = new Map<string, number>();
  /** Session -> highest id told on its connection. */
  readonly #toldIds = new Map<string, number>();

  constructor(options: ToyRoomOptions) {
    this.roomId = options.roomId;
    this.#options = options;
    this.#ticker = new Ticker(options.clock, TICK_HZ, LIMITS.catchUpSteps, () => this.#wake());
  }

  get epoch(): number {
    return this.#log?.epoch ?? this.#claimed?.epoch ?? 0;
  }

  /** It has its first snapshot in the log. */
  get isOpen(): boolean {
    return this.#log !== undefined;
  }

  get players(): number {
    return this.#links.size;
  }

  /** `from`: the epoch it is taken from; undefined: a new room. */
  async open(from: number | undefined): Promise<void> {
    const { store, owner, roomId } = this.#options;
    let isFenced = () => {};
    const fenced = new Promise<undefined>((resolve) => (isFenced = () => resolve(undefined)));
    const onFenced = () => {
      isFenced();
      this.#options.onFenced(this.epoch);
    };
    this.#claimed = await store.claim(roomId, { owner, from, onFenced });
    if (from !== undefined) this.#rebuild(await store.read(roomId));
    this.#log = await Promise.race([RoomLog.begin(this.#claimed, this.#logOptions(), this.#now()), fenced]);
    if (this.#log === undefined) throw new Error("fenced before it was open");
    this.#ticker.start();
  }

  connect(link: ServerEnd): void {
    const { sessionId, resultId } = link.hello;
    this.#links.get(sessionId)?.close({ why: "again" });
    this.#links.set(sessionId, link);
    const mailbox = this.#mailboxes.open(sessionId);
    link.onClose = () => {
      if (this.#links.get(sessionId) === link) this.#links.delete(sessionId);
    };
    link.onCommand = ({ id, payload }) => {
      if (this.#links.get(sessionId) !== link) return;
      this.#queue.push({ sessionId, id, key: (unpack(payload) as { key: string }).key });
      this.#accepted.set(sessionId, Math.max(id, this.#accepted.get(sessionId) ?? 0));
    };
    const commandId = Math.max(this.#accepted.get(sessionId) ?? 0, mailbox.commandId);
    link.send({ kind: "welcome", epoch: this.epoch, commandId });
    this.#toldIds.set(sessionId, Math.min(resultId, mailbox.commandId));
    this.#answer(sessionId);
  }

  thaw(): void {
    this.isFrozen = false;
    for (const sessionId of this.#links.keys()) this.#answer(sessionId);
  }

  /** Nothing leaves any more; the connections are the caller's. */
  drop(): ServerEnd[] {
    this.isDropped = true;
    this.#ticker.stop();
    return [...this.#links.values()];
  }

  /** The next tick writes something, if only that it is there. */
  relist(): void {
    this.#loggedTick = Number.NEGATIVE_INFINITY;
  }

  /** Leaves the room to whoever takes it. */
  async release(heir: string): Promise<void> {
    this.#ticker.stop();
    this.#publish();
    await this.#log?.release(this.#now(), heir);
  }

  #wake(): void {
    if (!this.#options.check() || this.isFrozen || this.isDropped) return;
    this.#tick++;
    this.#options.onStep(this);
    for (const waiting of this.#queue.splice(0)) this.#run(waiting);
    this.#publish();
  }

  #run({ sessionId, id, key }: Waiting): void {
    const mailbox = this.#mailboxes.open(sessionId);
    if (id <= mailbox.commandId) {
      this.#toldIds.set(sessionId, Math.min(id - 1, this.#toldIds.get(sessionId) ?? 0));
      this.#answer(sessionId);
      return;
    }
    listOf(this.lists, sessionId).push(key);
    this.#ran.push([sessionId, key]);
    this.#mailboxes.answer(mailbox, { id, isFault: false, body: pack(key) });
  }

  /** An entry when something changed, and now and then one that says nothing: so an owner that was replaced hears of it. */
  #publish(): void {
    const log = this.#log;
    const ran = this.#ran.splice(0);
    const delivery = this.#mailboxes.takeEntry();
    if (log === undefined) return;
    const isDue = this.#tick - this.#loggedTick >= TICK_HZ || this.#claimed!.needsBegin;
    if (ran.length === 0 && delivery === undefined && !isDue) return;
    this.#loggedTick = this.#tick;
    const sections = new Map<SectionTag, Uint8Array>([[SectionTag.SHARED, pack(ran)]]);
    if (delivery !== undefined) sections.set(SectionTag.DELIVERY, delivery);
    const marks = [...this.#mailboxes].map(({ sessionId, commandId }) => [sessionId, commandId] as const);
    log.entry(this.#now(), sections, () => {
      for (const [sessionId, id] of marks) {
        this.#committed.set(sessionId, Math.max(id, this.#committed.get(sessionId) ?? 0));
        this.#answer(sessionId);
      }
    });
  }

  /** Tells what is committed and was not told on this connection. */
  #answer(sessionId: string): void {
    const link = this.#links.get(sessionId);
    if (link === undefined || this.isDropped || this.isFrozen || !this.#options.check()) return;
    const committed = this.#committed.get(sessionId) ?? 0;
    const told = this.#toldIds.get(sessionId) ?? 0;
    for (const { id, body } of this.#mailboxes.open(sessionId).resultsAfter(told)) {
      if (id > committed) break;
      link.send({ kind: "result", id, body });
      this.#toldIds.set(sessionId, id);
    }
  }

  #rebuild(segments: readonly Uint8Array[]): void {
    for (const { kind, tick, sections } of segments.flatMap((segment) => readRecords(segment).records)) {
      const shared = sections.get(SectionTag.SHARED);
      const delivery = sections.get(SectionTag.DELIVERY);
      this.#tick = tick;
      if (kind === RecordKind.SNAPSHOT) {
        this.lists = new Map(unpack(shared!) as [string, string[]][]);
        this.#mailboxes = Mailboxes.read(delivery!);
      } else if (kind === RecordKind.ENTRY) {
        for (const [sessionId, key] of unpack(shared!) as Ran[]) listOf(this.lists, sessionId).push(key);
        if (delivery !== undefined) this.#mailboxes.apply(delivery);
      }
    }
    for (const { sessionId, commandId } of this.#mailboxes) this.#committed.set(sessionId, commandId);
  }

  #logOptions() {
    const snapshot = () => {
      this.#mailboxes.takeEntry();
      return new Map<SectionTag, Uint8Array>([
        [SectionTag.SHARED, pack([...this.lists])],
        [SectionTag.DELIVERY, this.#mailboxes.whole()],
      ]);
    };
    const { roomId } = this.#options;
    return {
      roomId,
      typeName: "toy",
      typeVersion: 1,
      layout: () => LAYOUT,
      snapshotEveryTicks: SNAPSHOT_EVERY_TICKS,
      snapshot,
      players: () => this.players,
      onRecord: () => {},
    };
  }

  #now(): Moment {
    return { tick: this.#tick, elapsedMs: (this.#tick * 1000) / TICK_HZ };
  }
}

function listOf(lists: Lists, sessionId: string): string[] {
  const known = lists.get(sessionId);
  if (known !== undefined) return known;
  const list: string[] = [];
  lists.set(sessionId, list);
  return list;
}
