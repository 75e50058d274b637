/**
 * The bytes of a log. A log is a run of records and nothing else; what is drawn here is format version 1.
 *
 *   offset  0        4        8       9      10
 *           +--------+--------+-------+------+----------------------+
 *           | length | crc32  |version| kind | body                 |
 *           | u32 le | u32 le |  u8   |  u8  | length - 2 bytes     |
 *           +--------+--------+-------+------+----------------------+
 *   `length` counts what follows the crc; the crc covers the same bytes, so also version and kind.
 *
 *   body of every kind:
 *           +--------+--------+-----------+-------------------------+
 *           | epoch  | tick   | elapsedMs | sections ...            |
 *           | varint | varint | f64 le    |                         |
 *           +--------+--------+-----------+-------------------------+
 *   section +-----+--------+---------------+
 *           | tag | length | bytes         |
 *           | u8  | varint | length bytes  |
 *           +-----+--------+---------------+
 *   Varints are LEB128, unsigned, up to 2^53 - 1. Sections stand in rising order of their tag, an empty one is left out.
 *
 *   kind  HEADER   first record of a segment: section META, JSON { roomId, type, version }
 *         SNAPSHOT shared + hidden + memory + delivery (delivery/mailboxes.ts) of the whole room: stands alone
 *         ENTRY    what changed since the record before it
 *         END      the room ended by itself: nothing is to be restored
 *
 * Invariants: within one epoch ticks never fall; a reader meets a SNAPSHOT before any ENTRY.
 */
import { readVarint, varintBytes, writeVarint } from "../bytes/varint.ts";
import { LIMITS } from "../protocol/limits.ts";
import { LOG_FORMAT_VERSION } from "../protocol/version.ts";
import { crc32 } from "./crc32.ts";

export const RecordKind = { HEADER: 1, SNAPSHOT: 2, ENTRY: 3, END: 4 } as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

export const SectionTag = { META: 1, SHARED: 2, HIDDEN: 3, MEMORY: 4, DELIVERY: 5 } as const;
export type SectionTag = (typeof SectionTag)[keyof typeof SectionTag];

export interface LogRecord {
  readonly kind: RecordKind;
  /** Incarnation of the room's owner; grows at every takeover. */
  readonly epoch: number;
  /** The last tick whose effects the record holds. */
  readonly tick: number;
  /** The room's clock at that tick, ms since the room began. */
  readonly elapsedMs: number;
  readonly sections: ReadonlyMap<SectionTag, Uint8Array>;
}

/** Why reading stopped before the last byte. `at` is the offset of the record that could not be read. */
export type LogDamage =
  | { readonly code: "LOG_TORN"; readonly at: number; readonly message: string }
  | { readonly code: "LOG_CORRUPT"; readonly at: number; readonly message: string }
  | { readonly code: "LOG_TOO_NEW"; readonly at: number; readonly message: string };

const FRAME_BYTES = 8;
const KIND_MAX = Math.max(...Object.values(RecordKind));
const TAG_MAX = Math.max(...Object.values(SectionTag));

export function encodeRecord(record: LogRecord): Uint8Array {
  let size = FRAME_BYTES + 2 + varintBytes(record.epoch) + varintBytes(record.tick) + 8;
  for (const bytes of record.sections.values()) {
    if (bytes.length > 0) size += 1 + varintBytes(bytes.length) + bytes.length;
  }
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out[8] = LOG_FORMAT_VERSION;
  out[9] = record.kind;
  let at = writeVarint(out, 10, record.epoch);
  at = writeVarint(out, at, record.tick);
  view.setFloat64(at, record.elapsedMs, true);
  at += 8;
  for (let tag = 1; tag <= TAG_MAX; tag++) {
    const bytes = record.sections.get(tag as SectionTag);
    if (bytes === undefined || bytes.length === 0) continue;
    out[at++] = tag;
    at = writeVarint(out, at, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  }
  view.setUint32(0, size - FRAME_BYTES, true);
  view.setUint32(4, crc32(out, FRAME_BYTES, size), true);
  return out;
}

/** Reads records until the end or the first byte that cannot be trusted, and says which of the two it was. */
export function readRecords(bytes: Uint8Array): {
  records: LogRecord[];
  readBytes: number;
  damage: LogDamage | undefined;
} {
  const records: LogRecord[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    if (left < FRAME_BYTES) return stop("LOG_TORN", `${left} bytes of a record's frame of ${FRAME_BYTES}`);
    const length = view.getUint32(at, true);
    if (length < 10 || length > LIMITS.recordBytes) {
      return stop("LOG_CORRUPT", `a record length of 10 to ${LIMITS.recordBytes} expected, ${length} found`);
    }
    if (left < FRAME_BYTES + length) return stop("LOG_TORN", `a record of ${length} bytes has ${left - FRAME_BYTES}`);
    const end = at + FRAME_BYTES + length;
    const expected = view.getUint32(at + 4, true);
    const got = crc32(bytes, at + FRAME_BYTES, end);
    if (expected !== got) return stop("LOG_CORRUPT", `crc ${hex(expected)} expected, ${hex(got)} found`);
    const version = bytes[at + 8]!;
    if (version > LOG_FORMAT_VERSION) {
      return stop("LOG_TOO_NEW", `format version ${version}, this build reads up to ${LOG_FORMAT_VERSION}`);
    }
    const record = readBody(bytes, view, at + 9, end);
    if (typeof record === "string") return stop("LOG_CORRUPT", record);
    records.push(record);
    at = end;
  }
  return { records, readBytes: at, damage: undefined };

  function stop(code: LogDamage["code"], message: string) {
    return {
      records,
      readBytes: at,
      damage: { code, at, message: `${code} at byte ${at} of ${bytes.length}: ${message}` },
    };
  }
}

function readBody(bytes: Uint8Array, view: DataView, start: number, end: number): LogRecord | string {
  const kind = bytes[start]!;
  if (kind < 1 || kind > KIND_MAX) return `kind 1 to ${KIND_MAX} expected, ${kind} found`;
  const it = { at: start + 1 };
  const epoch = readVarint(bytes, it, end);
  const tick = readVarint(bytes, it, end);
  if (epoch < 0 || tick < 0 || it.at + 8 > end) return "the record ends inside epoch, tick or elapsed time";
  const elapsedMs = view.getFloat64(it.at, true);
  it.at += 8;
  const sections = new Map<SectionTag, Uint8Array>();
  while (it.at < end) {
    const tag = bytes[it.at++]!;
    const length = readVarint(bytes, it, end);
    if (tag < 1 || tag > TAG_MAX) return `section tag 1 to ${TAG_MAX} expected, ${tag} found`;
    if (length < 0 || length > end - it.at) return `section ${tag} reaches beyond its record`;
    sections.set(tag as SectionTag, bytes.subarray(it.at, it.at + length));
    it.at += length;
  }
  return { kind: kind as RecordKind, epoch, tick, elapsedMs, sections };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
