/**
 * Records of a log as docs/reference/log-format.md draws them, read by a reader of its own: what is wrong in the product's must not hide
 * here. Of a record it wants to know which commands it says have run, and nothing of the state.
 */
import { crc32 } from "node:zlib";

const HEADER = 1;
const SNAPSHOT = 2;
const KINDS = ["", "HEADER", "SNAPSHOT", "ENTRY", "END"] as const;
const DELIVERY = 5;
const FRAME_BYTES = 8;
const [OPEN, CLOSE, RESULT, TELL] = [1, 2, 3, 4];
const LITTLE = true;

export type RecordKind = Exclude<(typeof KINDS)[number], "">;

/** What a record says of commands, in its order. */
export type Run =
  /** A snapshot: this session's commands up to here have run, and no session is there but those named. */
  | { readonly kind: "upTo"; readonly sessionId: string; readonly id: number }
  /** An entry: this command ran. */
  | { readonly kind: "ran"; readonly sessionId: string; readonly id: number }
  | { readonly kind: "left"; readonly sessionId: string };

export interface ReadRecord {
  readonly kind: RecordKind;
  readonly epoch: number;
  readonly tick: number;
  readonly runs: readonly Run[];
}

/** Sessions have short numbers in a log: one reader for each room, and its batches in their order. */
export class RecordReader {
  #names = new Map<number, string>();

  /** Throws an Error that says what was expected. */
  read(bytes: Buffer): ReadRecord[] {
    const records: ReadRecord[] = [];
    const batch = new Bytes(bytes);
    while (batch.left > 0) {
      const length = batch.u32();
      const crc = batch.u32();
      const body = batch.take(length);
      const got = crc32(body);
      if (got !== crc)
        throw new Error(`a record at byte ${batch.at - length - FRAME_BYTES}: crc ${crc} expected, ${got} got`);
      records.push(this.#record(new Bytes(body)));
    }
    return records;
  }

  #record(body: Bytes): ReadRecord {
    const version = body.u8();
    if (version !== 1) throw new Error(`a record of version 1 expected, ${version} got`);
    const number = body.u8();
    const kind = KINDS[number];
    if (kind === undefined || kind === "") throw new Error(`a record of kind 1 to 4 expected, ${number} got`);
    const epoch = body.varint();
    const tick = body.varint();
    body.take(8);
    let runs: Run[] = [];
    if (number === HEADER) this.#names = new Map();
    while (body.left > 0) {
      const tag = body.u8();
      const section = new Bytes(body.take(body.varint()));
      if (tag === DELIVERY) runs = number === SNAPSHOT ? this.#whole(section) : this.#changes(section);
    }
    return { kind, epoch, tick, runs };
  }

  /** Everything, as a snapshot has it. */
  #whole(bytes: Bytes): Run[] {
    const runs: Run[] = [];
    this.#names = new Map();
    bytes.varint();
    for (let left = bytes.varint(); left > 0; left--) {
      bytes.u8();
      bytes.sized();
    }
    for (let left = bytes.varint(); left > 0; left--) {
      const index = bytes.varint();
      const sessionId = bytes.sized().toString();
      this.#names.set(index, sessionId);
      runs.push({ kind: "upTo", sessionId, id: bytes.varint() });
      bytes.varint();
      bytes.varint();
      for (let results = bytes.varint(); results > 0; results--) {
        bytes.varint();
        bytes.u8();
        bytes.sized();
      }
      for (let letters = bytes.varint(); letters > 0; letters--) for (let part = 0; part < 3; part++) bytes.varint();
    }
    return runs;
  }

  /** What happened since the record before. */
  #changes(bytes: Bytes): Run[] {
    const runs: Run[] = [];
    while (bytes.left > 0) {
      const operation = bytes.u8();
      if (operation === OPEN) this.#names.set(bytes.varint(), bytes.sized().toString());
      else if (operation === CLOSE) runs.push({ kind: "left", sessionId: this.#name(bytes.varint()) });
      else if (operation === RESULT) {
        runs.push({ kind: "ran", sessionId: this.#name(bytes.varint()), id: bytes.varint() });
        bytes.u8();
        bytes.sized();
      } else if (operation === TELL) {
        for (let left = bytes.varint(); left > 0; left--) bytes.varint();
        bytes.u8();
        bytes.sized();
      } else throw new Error(`an operation from 1 to 4 expected, ${operation} got`);
    }
    return runs;
  }

  #name(index: number): string {
    const name = this.#names.get(index);
    if (name === undefined) throw new Error(`session ${index} is not open`);
    return name;
  }
}

class Bytes {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u32(): number {
    const bytes = this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, LITTLE);
  }

  /** LEB128, up to 2^53 - 1. */
  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  sized(): Buffer {
    return this.take(this.varint());
  }

  take(length: number): Buffer {
    if (length > this.left) throw new Error(`${length} bytes expected, ${this.left} left`);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
