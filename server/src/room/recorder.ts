/**
 * Writes down what each tick of a room changed, and lets out what the tick has to say when the log has it. A room without a
 * log says it at once.
 *
 * Trees become bytes here, sections; which record they become is the log's own business (log/room-log.ts).
 */
import type { Schema } from "@colyseus/schema";
import {
  contractOf,
  layoutOf,
  RecordKind,
  roomMemoryClass,
  type RoomType,
  type SchemaClass,
  SectionTag,
} from "@ninelives/shared-schema";
import { type TreeBytes, TreeTap } from "../adapter.ts";
import type { ClaimedLog } from "../log/claimed-log.ts";
import type { RoomLayout } from "../log/header.ts";
import { type Moment, RoomLog, type Sections } from "../log/room-log.ts";
import type { Delivery } from "../outbox/delivery.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { RoomServices } from "./services.ts";

export interface RecorderOptions {
  readonly type: RoomType;
  readonly services: RoomServices;
  readonly memory: Schema;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  /** The whole state; undefined for a room without one. */
  readonly wholeState: () => TreeBytes | undefined;
  /** Class of the state; undefined for a room without one. */
  readonly stateClass: () => SchemaClass | undefined;
  /** The last patch does not decode to the live state: the log needs the whole state in its place. */
  readonly diverged: () => boolean;
  /** What onCreate built is in the first snapshot: the first entry must not bring it again. */
  readonly settle: () => void;
  readonly now: () => Moment;
  /** Seats that are taken. */
  readonly players: () => number;
  /** Another process has the room: nothing more will be committed. */
  readonly onFenced: () => void;
}

const KIND_NAMES = new Map(Object.entries(RecordKind).map(([name, kind]) => [kind, name.toLowerCase()]));

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #memoryTap: TreeTap;
  #log: RoomLog | undefined;
  #loggedTick = 0;
  /** The state tree was replaced: the log needs a snapshot before the next entry makes sense. */
  #stateReplaced = false;
  #isAbandoned = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#memoryTap = new TreeTap(options.memory);
  }

  /** Incarnation of the room's owner; undefined without a log. */
  get epoch(): number | undefined {
    return this.#log?.epoch;
  }

  /** Takes the room, or goes on with one that was claimed. Resolves once the first snapshot is committed; rejects with OWNED when it never will be. */
  async open(roomId: string, claimed: ClaimedLog | undefined): Promise<void> {
    const { type, services, delivery, settle, now, players, onFenced } = this.#options;
    const { store, metrics, owner } = services;
    let opened = false;
    const snapshot = () => {
      if (!opened) {
        settle();
        this.#memoryTap.take();
        delivery.mailboxes.takeEntry();
      }
      opened = true;
      return this.#whole();
    };
    const options = {
      roomId,
      typeName: type.name,
      typeVersion: type.version,
      layout: () => this.#layout(),
      snapshotEveryTicks: type.snapshotEveryTicks,
      snapshot,
      players,
      onRecord: (kind: RecordKind, bytes: number) => metrics.logged(type.name, KIND_NAMES.get(kind)!, bytes),
    };
    this.#log =
      claimed === undefined
        ? await RoomLog.open(store, { ...options, owner, from: undefined, onFenced }, now())
        : await claimed.begun(RoomLog.begin(claimed.appender, options, now()));
  }

  stateReplaced(): void {
    this.#stateReplaced = this.#log !== undefined;
  }

  /** Writes what changed to the log; events and results leave when it is committed. */
  record(patch: TreeBytes | undefined): void {
    const { type, services, outbox, delivery } = this.#options;
    if (this.#isAbandoned) return;
    const { metrics } = services;
    if (patch !== undefined) metrics.patched(type.name, patch.shared.length);
    if (this.#log === undefined) {
      delivery.mailboxes.takeEntry();
      this.#seal()();
      return;
    }
    const memory = this.#memoryTap.take();
    const diverged = this.#memoryTap.diverged || this.#options.diverged();
    const told = delivery.mailboxes.takeEntry();
    const changed = patch !== undefined || memory !== undefined || told !== undefined || diverged;
    const quiet = !changed && !outbox.hasStaged && !delivery.hasStaged;
    const now = this.#options.now();
    if (quiet && now.tick - this.#loggedTick < type.tickHz) return;
    this.#loggedTick = now.tick;
    if (diverged) metrics.patchReplaced(type.name);
    if (this.#stateReplaced || diverged) {
      this.#stateReplaced = false;
      this.#log.snapshot(now);
      this.#log.entry(now, new Map(), this.#seal());
      return;
    }
    const sections = new Map<SectionTag, Uint8Array>();
    if (patch !== undefined) sections.set(SectionTag.SHARED, patch.shared).set(SectionTag.HIDDEN, patch.hidden);
    if (memory !== undefined) sections.set(SectionTag.MEMORY, memory);
    if (told !== undefined) sections.set(SectionTag.DELIVERY, told);
    this.#log.entry(now, sections, this.#seal());
  }

  /** The room ended by itself. */
  async end(): Promise<void> {
    await this.#log?.end(this.#options.now());
  }

  /** Leaves the room, as it is now, to `heir` or whoever takes it. Resolves when everything is committed. */
  async release(heir: string | undefined): Promise<void> {
    await this.#log?.release(this.#options.now(), heir);
  }

  /** Nothing is written any more: another process has the room. */
  abandon(): void {
    this.#log = undefined;
    this.#isAbandoned = true;
  }

  /** What this tick wants to say; call it when the log has the tick. */
  #seal(): () => void {
    const answers = this.#options.outbox.seal();
    const told = this.#options.delivery.seal();
    return () => {
      answers();
      told();
    };
  }

  #layout(): RoomLayout {
    const { type, stateClass } = this.#options;
    const state = stateClass();
    return {
      state: state === undefined ? undefined : layoutOf(state),
      memory: layoutOf(roomMemoryClass(type)),
      events: contractOf(type).events,
    };
  }

  #whole(): Sections {
    const state = this.#options.wholeState();
    const sections = new Map<SectionTag, Uint8Array>([
      [SectionTag.MEMORY, this.#memoryTap.whole()],
      [SectionTag.DELIVERY, this.#options.delivery.mailboxes.whole()],
    ]);
    if (state !== undefined) sections.set(SectionTag.SHARED, state.shared).set(SectionTag.HIDDEN, state.hidden);
    return sections;
  }
}
