/**
 * The correspondence of a whole room, and its bytes in the log. The owner changes it through the methods below; each change
 * is also an operation in the section DELIVERY of the tick's entry, and a reader of the log runs the same operations. So what
 * the next owner knows is what this one told.
 *
 *   entry     one operation after the other:
 *             OPEN   1 | index varint | n varint | session id, n bytes
 *             CLOSE  2 | index varint
 *             RESULT 3 | index varint | id varint | fault u8 | n varint | n bytes
 *             TELL   4 | count varint | index varint ... | kind u8 | n varint | n bytes     count 0: every open mailbox
 *   snapshot  next index varint | count varint | told things:  kind u8 | n varint | n bytes
 *             count varint | mailboxes:  index, n, session id, command id, seq, events,
 *                            count | results: id, fault u8, n, bytes |
 *                            count | told: seq, events, place in the list above
 *
 * Acknowledgements are not in the log: a reader keeps every event the owner did, and more; of messages of topics it may keep
 * fewer, which their topics have.
 */
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { type Letter, Mailbox, type Result, type Told } from "./mailbox.ts";
import type { ToldKind } from "./wire.ts";

const OPEN = 1;
const CLOSE = 2;
const RESULT = 3;
const TELL = 4;

const textToBytes = new TextEncoder();
const bytesToText = new TextDecoder("utf-8", { fatal: true });

export class Mailboxes {
  readonly #bySession = new Map<string, Mailbox>();
  readonly #byIndex = new Map<number, Mailbox>();
  readonly #entry = new ByteWriter();
  #nextIndex = 0;

  get(sessionId: string): Mailbox | undefined {
    return this.#bySession.get(sessionId);
  }

  [Symbol.iterator](): IterableIterator<Mailbox> {
    return this.#bySession.values();
  }

  get size(): number {
    return this.#bySession.size;
  }

  /** The session's mailbox, made at the first call. */
  open(sessionId: string): Mailbox {
    const known = this.#bySession.get(sessionId);
    if (known !== undefined) return known;
    const mailbox = new Mailbox(sessionId, this.#nextIndex++);
    this.#add(mailbox);
    this.#entry.byte(OPEN).varint(mailbox.index).sized(textToBytes.encode(sessionId));
    return mailbox;
  }

  close(sessionId: string): void {
    const mailbox = this.#bySession.get(sessionId);
    if (mailbox === undefined) return;
    this.#remove(mailbox);
    this.#entry.byte(CLOSE).varint(mailbox.index);
  }

  answer(mailbox: Mailbox, result: Result): void {
    mailbox.answer(result);
    this.#entry.byte(RESULT).varint(mailbox.index).varint(result.id).byte(Number(result.isFault)).sized(result.body);
  }

  /** Tells these sessions the same thing, each under its own next number. */
  tell(to: readonly Mailbox[], told: Told): void {
    if (to.length === 0) return;
    const isForAll = to.length === this.#bySession.size;
    this.#entry.byte(TELL).varint(isForAll ? 0 : to.length);
    for (const mailbox of to) {
      mailbox.tell(told);
      if (!isForAll) this.#entry.varint(mailbox.index);
    }
    this.#entry.byte(told.kind).sized(told.body);
  }

  /** As {@link Mailbox.revise}, for a room whose log begins anew: that is no operation. */
  revise(revised: (told: Told) => Told | undefined): void {
    const known = new Map<Told, Told | undefined>();
    const once = (told: Told) => {
      if (!known.has(told)) known.set(told, revised(told));
      return known.get(told);
    };
    for (const mailbox of this) mailbox.revise(once);
  }

  /** The operations since the last call; undefined when there were none. */
  takeEntry(): Uint8Array | undefined {
    return this.#entry.length === 0 ? undefined : this.#entry.take();
  }

  /** Everything, standing alone. */
  whole(): Uint8Array {
    const places = new Map<Told, number>();
    for (const mailbox of this) {
      for (const { told } of mailbox.letters) places.set(told, places.get(told) ?? places.size);
    }
    const out = new ByteWriter().varint(this.#nextIndex).varint(places.size);
    for (const told of places.keys()) out.byte(told.kind).sized(told.body);
    out.varint(this.size);
    for (const mailbox of this) {
      out.varint(mailbox.index).sized(textToBytes.encode(mailbox.sessionId));
      out.varint(mailbox.commandId).varint(mailbox.seq).varint(mailbox.events).varint(mailbox.results.length);
      for (const { id, isFault, body } of mailbox.results) out.varint(id).byte(Number(isFault)).sized(body);
      out.varint(mailbox.letters.length);
      for (const letter of mailbox.letters) {
        out.varint(letter.seq).varint(letter.events).varint(places.get(letter.told)!);
      }
    }
    return out.take();
  }

  /** Reads what {@link whole} wrote. Throws a RangeError for bytes that are something else. */
  static read(bytes: Uint8Array): Mailboxes {
    const reader = new ByteReader(bytes);
    const mailboxes = new Mailboxes();
    mailboxes.#nextIndex = reader.varint();
    const told: Told[] = [];
    for (let count = reader.varint(); count > 0; count--) told.push(readTold(reader));
    for (let count = reader.varint(); count > 0; count--) {
      const index = reader.varint();
      const mailbox = new Mailbox(bytesToText.decode(reader.sized()), index);
      const [commandId, seq, events] = [reader.varint(), reader.varint(), reader.varint()];
      const results: Result[] = [];
      for (let left = reader.varint(); left > 0; left--) results.push(readResult(reader));
      const letters: Letter[] = [];
      for (let left = reader.varint(); left > 0; left--) {
        letters.push({ seq: reader.varint(), events: reader.varint(), told: at(told, reader.varint()) });
      }
      mailbox.restore({ commandId, seq, events }, results, letters);
      mailboxes.#add(mailbox);
    }
    return mailboxes;
  }

  /** Runs the operations of an entry. Throws a RangeError for bytes that are something else. */
  apply(entry: Uint8Array): void {
    const reader = new ByteReader(entry);
    while (reader.left > 0) {
      const operation = reader.byte();
      if (operation === OPEN) {
        const index = reader.varint();
        this.#nextIndex = Math.max(this.#nextIndex, index + 1);
        this.#add(new Mailbox(bytesToText.decode(reader.sized()), index));
      } else if (operation === CLOSE) this.#remove(this.#at(reader.varint()));
      else if (operation === RESULT) this.#at(reader.varint()).answer(readResult(reader));
      else if (operation === TELL) this.#applyTell(reader);
      else throw new RangeError(`an operation from ${OPEN} to ${TELL} expected, ${operation} got`);
    }
  }

  #applyTell(reader: ByteReader): void {
    const count = reader.varint();
    const to = count === 0 ? [...this] : [];
    for (let left = count; left > 0; left--) to.push(this.#at(reader.varint()));
    const told = readTold(reader);
    for (const mailbox of to) mailbox.tell(told);
  }

  #at(index: number): Mailbox {
    const mailbox = this.#byIndex.get(index);
    if (mailbox === undefined) throw new RangeError(`mailbox ${index} is not open`);
    return mailbox;
  }

  #add(mailbox: Mailbox): void {
    this.#bySession.set(mailbox.sessionId, mailbox);
    this.#byIndex.set(mailbox.index, mailbox);
  }

  #remove(mailbox: Mailbox): void {
    this.#bySession.delete(mailbox.sessionId);
    this.#byIndex.delete(mailbox.index);
  }
}

function readResult(reader: ByteReader): Result {
  return { id: reader.varint(), isFault: reader.byte() === 1, body: reader.sized() };
}

function readTold(reader: ByteReader): Told {
  return { kind: reader.byte() as ToldKind, body: reader.sized() };
}

function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`one of ${list.length} expected, ${place} got`);
  return found;
}
