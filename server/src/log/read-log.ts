/**
 * Reads a room's log through whatever store holds it: segments -> records -> the room's image, with everything that could
 * not be read named. Damage in one segment does not hide the next: each segment begins with a snapshot of its own.
 */
import {
  type LogDamage,
  type LogRecord,
  readRecords,
  RecordKind,
  RoomImage,
  type RoomMemory,
  roomMemoryClass,
  type RoomType,
  type SchemaClass,
  SectionTag,
  type StateOf,
} from "@ninelives/shared-schema";
import { type LogHeader, readHeader } from "./header.ts";
import type { LogStore } from "./store.ts";

export interface LogContent {
  readonly header: LogHeader | undefined;
  readonly records: readonly LogRecord[];
  /** What could not be read, a sentence each; empty for a clean log. */
  readonly damage: readonly LogDamage[];
}

export function parseSegments(segments: readonly Uint8Array[]): LogContent {
  const records: LogRecord[] = [];
  const damage: LogDamage[] = [];
  for (const segment of segments) {
    const read = readRecords(segment);
    records.push(...read.records);
    if (read.damage !== undefined) damage.push(read.damage);
  }
  const meta = records[lastHeader(records)]?.sections.get(SectionTag.META);
  return { header: meta === undefined ? undefined : readHeader(meta), records, damage };
}

/** Place of the header that the last snapshot stands under: a later one has lost its own. -1: there is none. */
function lastHeader(records: readonly LogRecord[]): number {
  const snapshot = records.findLastIndex(({ kind }) => kind === RecordKind.SNAPSHOT);
  const from = snapshot === -1 ? records.length : snapshot;
  return records.slice(0, from).findLastIndex(({ kind }) => kind === RecordKind.HEADER);
}

/** The highest epoch in a log; 0 when it holds none. */
export function lastEpoch(content: LogContent): number {
  return content.records.reduce((epoch, record) => Math.max(epoch, record.epoch), 0);
}

/**
 * The room as its log has it. `image` is undefined when no snapshot could be read; `damage` says why, or that something
 * after the image was cut off.
 */
export async function readRoom<T extends RoomType>(
  store: LogStore,
  roomId: string,
  type: T,
): Promise<LogContent & { image: RoomImage<StateOf<T>, RoomMemory<T>> | undefined }> {
  const content = parseSegments(await store.read(roomId));
  if (!content.records.some((record) => record.kind === RecordKind.SNAPSHOT)) return { ...content, image: undefined };
  const image = new RoomImage(type.state as SchemaClass<StateOf<T>>, roomMemoryClass(type));
  for (const record of content.records.slice(Math.max(0, lastHeader(content.records)))) image.apply(record);
  return { ...content, image };
}
