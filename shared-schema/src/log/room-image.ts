/**
 * Snapshot + entries -> the room again. The reader of every log: restore, replay, relay and tests all go through here.
 * Shared bytes are applied before hidden ones, in the order the encoder wrote them, and in one go: what left a shared field
 * for a hidden one would be gone if the decoder tidied up in between. Memory is a tree of its own.
 * A tree is read into its class, or, by a reader that has none that fits, into what the log says of its layout.
 *
 * Invariant: after `apply(record)` the trees equal the live ones at the end of `record.tick`.
 */
import { Decoder, type Schema } from "@colyseus/schema";
import { Mailboxes } from "../delivery/mailboxes.ts";
import type { SchemaClass } from "../room-type.ts";
import { type Layout, readerOf } from "./layout.ts";
import { type LogRecord, RecordKind, SectionTag } from "./record.ts";

/** A class that fits, or the layout that the log names. */
export type TreeKind<T extends Schema> = SchemaClass<T> | Layout;

export class RoomImage<State extends Schema, Memory extends Schema> {
  /** -1 until a snapshot was applied. */
  tick = -1;
  epoch = 0;
  elapsedMs = 0;
  /** The room ended by itself; there is nothing to restore. */
  ended = false;
  /** What every session was told and asked. */
  mailboxes = new Mailboxes();
  readonly #stateKind: TreeKind<State> | undefined;
  readonly #memoryKind: TreeKind<Memory>;
  #state: Decoder<State> | undefined;
  #memory: Decoder<Memory> | undefined;

  /** `stateKind`: undefined leaves the state unread. */
  constructor(stateKind: TreeKind<State> | undefined, memoryKind: TreeKind<Memory>) {
    this.#stateKind = stateKind;
    this.#memoryKind = memoryKind;
  }

  get state(): State {
    return this.#need(this.#state).state;
  }

  get memory(): Memory {
    return this.#need(this.#memory).state;
  }

  /** The highest id of an instance in the state. */
  get lastRefId(): number {
    let last = 0;
    for (const refId of this.#need(this.#state).root.refs.keys()) last = Math.max(last, refId);
    return last;
  }

  /** Applies one record. Throws when an entry comes before any snapshot or the tick falls within an epoch. */
  apply(record: LogRecord): void {
    if (record.kind === RecordKind.HEADER) return;
    if (record.epoch < this.epoch || (record.epoch === this.epoch && record.tick < this.tick)) {
      throw new Error(
        `log order: epoch ${record.epoch} tick ${record.tick} after epoch ${this.epoch} tick ${this.tick}`,
      );
    }
    if (record.kind === RecordKind.SNAPSHOT) {
      this.#state = this.#stateKind === undefined ? undefined : decoderOf(this.#stateKind);
      this.#memory = decoderOf(this.#memoryKind);
    }
    const memoryDecoder = this.#need(this.#memory);
    const shared = record.sections.get(SectionTag.SHARED);
    const hidden = record.sections.get(SectionTag.HIDDEN);
    if (shared !== undefined || hidden !== undefined) this.#state?.decode(joined(shared, hidden));
    const memory = record.sections.get(SectionTag.MEMORY);
    if (memory !== undefined) memoryDecoder.decode(memory);
    const delivery = record.sections.get(SectionTag.DELIVERY);
    if (record.kind === RecordKind.SNAPSHOT) {
      this.mailboxes = delivery === undefined ? new Mailboxes() : Mailboxes.read(delivery);
    } else if (delivery !== undefined) this.mailboxes.apply(delivery);
    this.epoch = record.epoch;
    this.tick = record.tick;
    this.elapsedMs = record.elapsedMs;
    this.ended = record.kind === RecordKind.END;
  }

  #need<T>(value: T | undefined): T {
    if (value === undefined) throw new Error("log order: an entry came before any snapshot");
    return value;
  }
}

function decoderOf<T extends Schema>(kind: TreeKind<T>): Decoder<T> {
  return kind instanceof Uint8Array ? (readerOf(kind) as Decoder<T>) : new Decoder(new kind());
}

function joined(shared: Uint8Array | undefined, hidden: Uint8Array | undefined): Uint8Array {
  if (shared === undefined || hidden === undefined) return shared ?? hidden!;
  const both = new Uint8Array(shared.length + hidden.length);
  both.set(shared);
  both.set(hidden, shared.length);
  return both;
}
