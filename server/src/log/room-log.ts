/**
 * One room's log as its owner writes it: which record, when a snapshot, when a new segment. The room hands over encoded
 * sections; nothing here knows how a tree becomes bytes.
 *
 * Invariants: the first records are a header and a snapshot; ticks never fall; `onCommitted` calls come in order.
 */
import { encodeRecord, LIMITS, type LogRecord, RecordKind, type RoomType, SectionTag } from "@ninelives/shared-schema";
import { nextEpoch } from "../ownership/epoch.ts";
import type { Clock } from "../tick/clock.ts";
import type { LogAppender, LogStore } from "./store.ts";

export type Sections = ReadonlyMap<SectionTag, Uint8Array>;

export interface RoomLogOptions {
  readonly roomId: string;
  readonly typeName: string;
  readonly typeVersion: RoomType["version"];
  readonly snapshotEveryTicks: number;
  readonly clock: Clock;
  /** The whole room as bytes. Called with no change pending, so the snapshot equals the last entry's end. */
  readonly snapshot: () => Sections;
  /** Told how many bytes every record has. */
  readonly onRecord: (kind: RecordKind, bytes: number) => void;
}

export interface Moment {
  readonly tick: number;
  readonly elapsedMs: number;
}

export class RoomLog {
  readonly epoch: number;
  readonly #appender: LogAppender;
  readonly #options: RoomLogOptions;
  #snapshotTick = 0;

  private constructor(appender: LogAppender, options: RoomLogOptions) {
    this.#appender = appender;
    this.#options = options;
    this.epoch = nextEpoch(appender.previousEpoch, options.clock.wallMs());
  }

  /** Opens the log and resolves once its first snapshot is committed: from then on the room can be restored. */
  static async open(store: LogStore, options: RoomLogOptions, at: Moment): Promise<RoomLog> {
    const log = new RoomLog(await store.open(options.roomId), options);
    await new Promise<void>((committed) => log.#begin(at, committed));
    return log;
  }

  /** Appends what changed up to `at`; then, when it is time, a snapshot. */
  entry(at: Moment, sections: Sections, onCommitted: () => void): void {
    this.#append(RecordKind.ENTRY, at, sections, onCommitted);
    if (this.#appender.needsBegin || at.tick - this.#snapshotTick >= this.#options.snapshotEveryTicks)
      this.snapshot(at);
  }

  /** Appends a snapshot now; it opens a new segment when the current one is full. */
  snapshot(at: Moment): void {
    this.#snapshotTick = at.tick;
    if (this.#appender.needsBegin || this.#appender.segmentBytes >= LIMITS.segmentBytes) this.#begin(at, noop);
    else this.#append(RecordKind.SNAPSHOT, at, this.#options.snapshot(), noop);
  }

  /** The room ended by itself. Resolves when everything is committed. */
  async end(at: Moment): Promise<void> {
    this.#append(RecordKind.END, at, new Map(), noop);
    await this.#appender.close(true);
  }

  #begin(at: Moment, onCommitted: () => void): void {
    const { roomId, typeName, typeVersion } = this.#options;
    const meta = new TextEncoder().encode(JSON.stringify({ roomId, type: typeName, version: typeVersion }));
    const header = this.#encode(RecordKind.HEADER, at, new Map([[SectionTag.META, meta]]));
    const snapshot = this.#encode(RecordKind.SNAPSHOT, at, this.#options.snapshot());
    this.#appender.begin(Buffer.concat([header, snapshot]), onCommitted);
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
