/**
 * Snapshot + entries -> the room again. The reader of every log: restore, replay, relay and tests all go through here.
 * Shared bytes are applied before hidden ones, in the order the encoder wrote them, and in one go: what left a shared field
 * for a hidden one would be gone if the decoder tidied up in between. Memory is a tree of its own.
 *
 * Invariant: after `apply(record)` the trees equal the live ones at the end of `record.tick`.
 */
import { Decoder, type Schema } from "@colyseus/schema";
import { Mailboxes } from "../delivery/mailboxes.ts";
import { type LogRecord, RecordKind, SectionTag } from "./record.ts";

type SchemaClass<T extends Schema> = new () => T;

export class RoomImage<State extends Schema, Memory extends Schema> {
  /** -1 until a snapshot was applied. */
  tick = -1;
  epoch = 0;
  elapsedMs = 0;
  /** The room ended by itself; there is nothing to restore. */
  ended = false;
  /** What every session was told and asked. */
  mailboxes = new Mailboxes();
  readonly #stateClass: SchemaClass<State> | undefined;
  readonly #memoryClass: SchemaClass<Memory>;
  #state: Decoder<State> | undefined;
  #memory: Decoder<Memory> | undefined;

  /** `stateClass`: undefined leaves the state unread. */
  constructor(stateClass: SchemaClass<State> | undefined, memoryClass: SchemaClass<Memory>) {
    this.#stateClass = stateClass;
    this.#memoryClass = memoryClass;
  }

  get state(): State {
    return this.#need(this.#state).state;
  }

  get memory(): Memory {
    return this.#need(this.#memory).state;
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
      this.#state = this.#stateClass === undefined ? undefined : new Decoder(new this.#stateClass());
      this.#memory = new Decoder(new this.#memoryClass());
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

function joined(shared: Uint8Array | undefined, hidden: Uint8Array | undefined): Uint8Array {
  if (shared === undefined || hidden === undefined) return shared ?? hidden!;
  const both = new Uint8Array(shared.length + hidden.length);
  both.set(shared);
  both.set(hidden, shared.length);
  return both;
}
