/** Reads what a ByteWriter wrote. Every count is bounded by the bytes that are left: bytes from the wire may claim anything. */
import { readVarint } from "./varint.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #it = { at: 0 };

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#it.at;
  }

  /** Every read throws a RangeError where the bytes end too early. */
  byte(): number {
    if (this.left < 1) throw new RangeError("a byte expected, the end found");
    return this.#bytes[this.#it.at++]!;
  }

  varint(): number {
    const value = readVarint(this.#bytes, this.#it, this.#bytes.length);
    if (value < 0) throw new RangeError("a whole number expected, the end or a number beyond 2^53 found");
    return value;
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw new RangeError(`${length} bytes expected, ${this.left} left`);
    this.#it.at += length;
    return this.#bytes.subarray(this.#it.at - length, this.#it.at);
  }

  sized(): Uint8Array {
    return this.raw(this.varint());
  }

  rest(): Uint8Array {
    return this.raw(this.left);
  }
}
