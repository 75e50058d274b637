/**
 * One room's log as its owner writes it: which record, when a snapshot, when a new segment. The room hands over encoded
 * sections; nothing here knows how a tree becomes bytes.
 *
 * Invariants: the first records are a header and a snapshot; ticks never fall; `onCommitted` calls come in order; after
 * `onFenced` none comes.
 */
import { encodeRecord, LIMITS, type LogRecord, RecordKind, type RoomType, SectionTag } from "@ninelives/shared-schema";
import { ClaimedLog } from "./claimed-log.ts";
import { type RoomLayout, writeHeader } from "./header.ts";
import type { Claim, LogAppender, LogStore } from "./store.ts";

export type Sections = ReadonlyMap<SectionTag, Uint8Array>;

export interface RoomLogOptions {
  readonly roomId: string;
  readonly typeName: string;
  readonly typeVersion: RoomType["version"];
  /** How what `snapshot` gives next is to be read; the same objects while it is the same. */
  readonly layout: () => RoomLayout;
  readonly snapshotEveryTicks: number;
  /** The whole room as bytes. Called with no change pending, so the snapshot equals the last entry's end. */
  readonly snapshot: () => Sections;
  /** How many are in the room: the fullest are restored first. */
  readonly players: () => number;
  /** Told how many bytes every record has. */
  readonly onRecord: (kind: RecordKind, bytes: number) => void;
}

export interface Moment {
  readonly tick: number;
  readonly elapsedMs: number;
}

export class RoomLog {
  readonly #appender: LogAppender;
  readonly #options: RoomLogOptions;
  /** Elapsed time from which on the room counts as one that runs; undefined once it does. */
  #settlesAtMs: number | undefined;
  #snapshotTick = 0;
  /** Of the state, as the segment's header has it. */
  #stateLayout: RoomLayout["state"];

  private constructor(appender: LogAppender, options: RoomLogOptions, at: Moment) {
    this.#appender = appender;
    this.#options = options;
    this.#settlesAtMs = at.elapsedMs + LIMITS.settledAfterMs;
  }

  /** Claims the room and begins its log. Rejects with OWNED when somebody else has the room. */
  static async open(store: LogStore, options: RoomLogOptions & Claim, at: Moment): Promise<RoomLog> {
    const { roomId, owner, from, onFenced } = options;
    const claimed = await ClaimedLog.claim(store, roomId, { owner, from, onFenced });
    return claimed.begun(RoomLog.begin(claimed.appender, options, at));
  }

  /** Begins the log of a room that was claimed. Resolves once its first snapshot is committed: from then on it can be restored. */
  static async begin(appender: LogAppender, options: RoomLogOptions, at: Moment): Promise<RoomLog> {
    const log = new RoomLog(appender, options, at);
    await new Promise<void>((committed) => log.#begin(at, committed));
    return log;
  }

  /** Incarnation of the room's owner. */
  get epoch(): number {
    return this.#appender.epoch;
  }

  /** Appends what changed up to `at`; then, when it is time, a snapshot. */
  entry(at: Moment, sections: Sections, onCommitted: () => void): void {
    this.#append(RecordKind.ENTRY, at, sections, onCommitted);
    if (this.#settlesAtMs !== undefined && at.elapsedMs >= this.#settlesAtMs) this.#settle();
    if (this.#appender.needsBegin || at.tick - this.#snapshotTick >= this.#options.snapshotEveryTicks)
      this.snapshot(at);
  }

  /** Appends a snapshot now; it opens a new segment when the current one is full, or is of a state of another layout. */
  snapshot(at: Moment): void {
    const isOther = this.#options.layout().state !== this.#stateLayout;
    if (isOther || this.#appender.needsBegin || this.#appender.isFull) this.#begin(at, noop);
    else {
      this.#snapshotTick = at.tick;
      const bytes = this.#encode(RecordKind.SNAPSHOT, at, this.#options.snapshot());
      this.#appender.append(bytes, noop, this.#options.players());
    }
  }

  /** The room ended by itself. Resolves when everything is committed. */
  async end(at: Moment): Promise<void> {
    this.#append(RecordKind.END, at, new Map(), noop);
    await this.#appender.close("finished");
  }

  /** Lets somebody else take the room exactly as it is now, best of all `heir`. Resolves when everything is committed. */
  async release(at: Moment, heir?: string): Promise<void> {
    this.#settle();
    this.snapshot(at);
    await this.#appender.close("released", heir);
  }

  #settle(): void {
    this.#settlesAtMs = undefined;
    this.#appender.settled();
  }

  #begin(at: Moment, onCommitted: () => void): void {
    this.#snapshotTick = at.tick;
    const { roomId, typeName, typeVersion, players } = this.#options;
    const layout = this.#options.layout();
    this.#stateLayout = layout.state;
    const meta = writeHeader({ roomId, type: typeName, version: typeVersion, layout });
    const header = this.#encode(RecordKind.HEADER, at, new Map([[SectionTag.META, meta]]));
    const snapshot = this.#encode(RecordKind.SNAPSHOT, at, this.#options.snapshot());
    this.#appender.begin(Buffer.concat([header, snapshot]), onCommitted, players());
  }

  #append(kind: RecordKind, at: Moment, sections: Sections, onCommitted: () => void): void {
    this.#appender.append(this.#encode(kind, at, sections), onCommitted);
  }

  #encode(kind: RecordKind, at: Moment, sections: Sections): Uint8Array {
    const record: LogRecord = { kind, epoch: this.epoch, tick: at.tick, elapsedMs: at.elapsedMs, sections };
    const bytes = encodeRecord(record);
    this.#options.onRecord(kind, bytes.length);
    return bytes;
  }
}

function noop(): void {}
