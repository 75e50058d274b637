/**
 * Frames that nobody should send, of four kinds in turn: from the grammar of the protocol with lies in it, good ones with flipped bits or
 * without their end, and noise. What comes out depends on the dice alone.
 */
import { Protocol } from "@colyseus/core";
import { LIMITS, pack, type Random, writeClientFrame } from "@ninelives/shared-schema";
import { Packr } from "msgpackr";
import type { Kind } from "./rooms.ts";

const stock = new Packr();

const TYPES: Readonly<Record<Kind, readonly (string | number)[]>> = {
  plain: ["move", "order", "ask", 1, "raw", "nobody", "__proto__"],
  pads: ["move", "order", "ask", 1, "raw", "nobody", "toString"],
  talk: ["changeTeam", "announce"],
  moving: ["add", "say", "crash", "refused", "huge", "lie"],
};
/** Types that nobody listens to: a typed room sends away who says one, so it is rarely said. */
const UNHEARD = ["nobody", "constructor", "raw", "x".repeat(150)];
const SELDOM = 200;
/** A header is no longer in most frames. */
const HEAD_BYTES = 14;
const NUMBERS = [0, 1, -1, 127, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 31), 0.5, NaN, Infinity, 1e300];
const WORDS = ["", "x", "question", "items", "name", "length", "__proto__", "then", "toJSON", "é€😀", "a".repeat(200)];
const BYTE = 256;

export class Grammar {
  readonly #random: Random;
  readonly #kind: Kind;
  #commandId = 0;

  constructor(random: Random, kind: Kind) {
    this.#random = random;
    this.#kind = kind;
  }

  frame(): Uint8Array {
    switch (this.#random.index(8)) {
      case 0:
        return this.#noise();
      case 1:
      case 2:
        return this.#flipped(this.#good());
      case 3: {
        const whole = this.#good();
        return whole.subarray(0, this.#random.index(whole.length + 1));
      }
      case 4:
      case 5:
        return this.#lying();
      default:
        return this.#good();
    }
  }

  /** Of a client that greets. */
  delivery(): Uint8Array {
    const { index } = this.#dice;
    const id = index(8) === 0 ? index(2 ** 31) : ++this.#commandId;
    const payload = index(3) === 0 ? this.#tokens() : Uint8Array.from(pack(this.#value(3)));
    const ack = index(2) === 0 ? { eventSeq: index(2 ** 31), commandId: index(100) } : undefined;
    const frame = writeClientFrame(ack, { index: index(12), id: Math.max(1, id), payload });
    return index(6) === 0 ? this.#flipped(frame) : frame;
  }

  /** Inputs as they are sent where frames may be lost, each with some before it: what it says of their number and lengths is a lie. */
  redundantInputs(): Uint8Array {
    const { index } = this.#dice;
    const number = () => {
      const bytes = Array.from({ length: 4 }, () => this.#pick([0, 1, 0x0f, 0xff, index(BYTE)]));
      return this.#pick([[index(8)], [index(BYTE)], [0xcc, bytes[0]!], [0xcd, ...bytes.slice(2)], [0xce, ...bytes]]);
    };
    const head = Protocol.ROOM_INPUT_UNRELIABLE | this.#pick([0, 0x80]);
    return Uint8Array.from([head, ...number(), ...number(), ...this.#noise().subarray(0, index(8))]);
  }

  get #dice() {
    return { index: (count: number) => this.#random.index(count) };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.index(list.length)]!;
  }

  /** Well formed; what is in it is another matter. */
  #good(): Uint8Array {
    const { index } = this.#dice;
    const kind = index(10);
    if (kind === 0) return Uint8Array.of(Protocol.PING);
    if (kind < 3) return this.#input();
    const bytes = kind === 3 && (this.#kind === "plain" || this.#kind === "pads" || index(SELDOM / 10) === 0);
    const opcode = bytes ? Protocol.ROOM_DATA_BYTES : kind < 7 ? Protocol.ROOM_DATA : Protocol.ROOM_REQUEST;
    const payload = bytes ? this.#noise() : index(8) === 0 ? [] : stock.pack(this.#value(4));
    return Uint8Array.from([...this.#head(opcode), ...payload]);
  }

  #head(opcode: number): number[] {
    const type = this.#pick(this.#random.index(SELDOM) === 0 ? UNHEARD : TYPES[this.#kind]);
    const id = opcode === Protocol.ROOM_REQUEST ? [this.#random.index(128)] : [];
    const length = typeof type === "number" ? [] : type.length < 32 ? [0xa0 + type.length] : [0xd9, type.length];
    const name = typeof type === "number" ? [type] : [...length, ...Buffer.from(type)];
    return [opcode, ...id, ...name];
  }

  /** A header, and behind it MessagePack whose lengths and nesting are what the dice say. */
  #lying(): Uint8Array {
    const opcode = this.#random.index(2) === 0 ? Protocol.ROOM_DATA : Protocol.ROOM_REQUEST;
    return Uint8Array.from([...this.#head(opcode), ...this.#tokens()]);
  }

  #tokens(): Uint8Array {
    const { index } = this.#dice;
    const out: number[] = [];
    const unit = this.#unit();
    const size = index(30) === 0 ? index(LIMITS.frameBytes - 200) : index(120);
    const isOneUnit = index(3) === 0;
    if (index(2) === 0) out.push(0xdc, index(3) === 0 ? 0xff : size >> 8, size & 0xff);
    while (out.length < size) out.push(...(isOneUnit ? unit : this.#unit()));
    return Uint8Array.from(out);
  }

  /** One token with its length and some of what should follow. */
  #unit(): number[] {
    const { index } = this.#dice;
    const byte = () => index(BYTE);
    switch (index(10)) {
      case 0:
        return [0x80 + index(16), 0xa1, 0x61];
      case 1:
        return [0x90 + index(16)];
      case 2:
        return [0xd4, 0x72, 0x40 + index(64), 0x90 + index(4), 0xa1, 0x61 + index(26), 0xa1, 0x62];
      case 3:
        return [0x40 + index(64), byte()];
      case 4:
        return [0xc7, index(20), this.#pick([0x42, 0x62, 0x65, 0x69, 0x70, 0x73, 0x74, 0x78, 0xff, byte()]), byte()];
      case 5:
        return [0xd4 + index(5), this.#pick([0, 0x62, 0x69, 0x70, 0x73, 0x78, 0xff, byte()]), byte(), byte(), byte()];
      case 6:
        return [this.#pick([0xc4, 0xd9]), index(40), byte(), byte()];
      case 7:
        return [this.#pick([0xc6, 0xc9, 0xdb, 0xdd, 0xdf]), this.#pick([0, 0x7f, 0xff]), byte(), byte(), byte()];
      case 8:
        return [this.#pick([0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3]), byte(), byte(), byte(), byte()];
      default:
        return [byte()];
    }
  }

  #input(): Uint8Array {
    const { index } = this.#dice;
    const isTimed = index(2) === 0;
    const out: number[] = [Protocol.ROOM_INPUT_RELIABLE | (isTimed ? 0x80 : 0)];
    if (isTimed) out.push(index(100));
    const fields = index(5);
    for (let field = 0; field < fields; field++) {
      const place = index(12) === 0 ? index(64) : index(4);
      out.push(this.#pick([0, 0x40, 0x80, 0x80, 0xc0]) | place, index(BYTE));
      if (place === 1) out.push(index(BYTE));
    }
    return Uint8Array.from(out);
  }

  #noise(): Uint8Array {
    return Uint8Array.from({ length: 1 + this.#random.index(60) }, () => this.#random.index(BYTE));
  }

  #flipped(frame: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(frame);
    const isTyped = this.#kind === "talk" || this.#kind === "moving";
    const from = isTyped && this.#random.index(SELDOM) !== 0 ? Math.min(HEAD_BYTES, copy.length) : 0;
    for (let flip = this.#random.index(4); flip >= 0 && copy.length > from; flip--)
      copy[from + this.#random.index(copy.length - from)]! ^= 1 << this.#random.index(8);
    return copy;
  }

  #value(depth: number): unknown {
    const { index } = this.#dice;
    switch (index(depth === 0 ? 5 : 9)) {
      case 0:
        return this.#pick([null, undefined, true, new Date(1e12)]);
      case 1:
      case 2:
        return this.#pick(NUMBERS);
      case 3:
        return this.#pick(WORDS);
      case 4:
        return this.#noise();
      case 5:
        return Array.from({ length: index(6) }, () => this.#value(depth - 1));
      default: {
        const keys = ["x", "items", "question", "by", "text", "team", "topic", "name", this.#pick(WORDS)];
        return Object.fromEntries(keys.slice(index(8)).map((key) => [key, this.#value(depth - 1)]));
      }
    }
  }
}
