/** Bytes written one after the other into a buffer that grows. What is taken is a copy, so the writer can be used again. */
import { varintBytes, writeVarint } from "./varint.ts";

const FIRST_BYTES = 256;

export class ByteWriter {
  #buffer = new Uint8Array(FIRST_BYTES);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  byte(value: number): this {
    this.#room(1);
    this.#buffer[this.#at++] = value;
    return this;
  }

  /** An unsigned whole number, 1 to 8 bytes. */
  varint(value: number): this {
    this.#room(varintBytes(value));
    this.#at = writeVarint(this.#buffer, this.#at, value);
    return this;
  }

  /** The bytes as they are; the reader has to know where they end. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** The bytes with their length in front. */
  sized(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** Everything written since the last take. */
  take(): Uint8Array {
    const taken = this.#buffer.slice(0, this.#at);
    this.#at = 0;
    return taken;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = grown;
  }
}
