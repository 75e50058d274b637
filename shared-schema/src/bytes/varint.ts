/**
 * Unsigned whole numbers in as few bytes as they need: LEB128, seven bits a byte, the lowest first, up to 2^53 - 1.
 */

/** Bytes that {@link writeVarint} will take. Throws a RangeError for what is not an unsigned safe integer. */
export function varintBytes(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`an unsigned safe integer expected, ${value} got`);
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Returns where the next byte goes. */
export function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
  out[at++] = rest;
  return at;
}

/** -1 when the bytes end first or the number leaves the safe range. */
export function readVarint(bytes: Uint8Array, it: { at: number }, end: number): number {
  let value = 0;
  for (let scale = 1; it.at < end && scale <= 2 ** 49; scale *= 128) {
    const byte = bytes[it.at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return Number.isSafeInteger(value) ? value : -1;
  }
  return -1;
}
