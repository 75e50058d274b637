/**
 * Where Colyseus's own numbers and texts end, without reading them. Its decoder takes every byte behind the end for `undefined` and
 * every length for true; here both are refused. Lengths are little-endian, other than in MessagePack.
 *
 *   number   0x00-0x7f, 0xe0-0xff itself | 0xca 4 | 0xcb 8 | 0xcc 1 | 0xcd 2 | 0xce 4 | 0xcf 8 | 0xd0 1 | 0xd1 2 | 0xd2 4 | 0xd3 8
 *   text     0xa0 + n, n bytes | 0xd9 n, n bytes | 0xda n n, n bytes | 0xdb n n n n, n bytes
 */

/** What is read is not there, or is none: every function here gives it instead of a place. */
export const NONE = -1;

/** Bytes behind the prefixes 0xca to 0xd3. */
const BEHIND = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;

/** The place behind a number that begins at `at`. */
export function numberEnd(data: Uint8Array, at: number): number {
  if (at >= data.length) return NONE;
  const prefix = data[at]!;
  if (prefix < 0x80 || prefix >= 0xe0) return at + 1;
  const behind = BEHIND[prefix - 0xca];
  return behind === undefined ? NONE : placeIn(data, at + 1 + behind);
}

/** The place behind a whole number that is not negative and has 32 bits at most. */
export function countEnd(data: Uint8Array, at: number): number {
  const prefix = data[at] ?? 0xff;
  return prefix < 0x80 || (prefix >= 0xcc && prefix <= 0xce) ? numberEnd(data, at) : NONE;
}

/** The place behind a text that begins at `at` and can be read as UTF-8. */
export function textEnd(data: Uint8Array, at: number): number {
  const prefix = data[at] ?? 0;
  if (prefix >= 0xa0 && prefix < 0xc0) return utf8End(data, at + 1, prefix - 0xa0);
  if (prefix < 0xd9 || prefix > 0xdb) return NONE;
  const size = 1 << (prefix - 0xd9);
  if (at + size >= data.length) return NONE;
  let length = 0;
  for (let byte = size; byte > 0; byte--) length = length * 256 + data[at + byte]!;
  return utf8End(data, at + 1 + size, length);
}

export function placeIn(data: Uint8Array, at: number): number {
  return at <= data.length ? at : NONE;
}

/** The decoder writes a line for each byte that begins no character, so one is enough to refuse the text. */
function utf8End(data: Uint8Array, start: number, length: number): number {
  const end = start + length;
  if (end > data.length) return NONE;
  for (let at = start; at < end;) {
    const lead = data[at]!;
    if (lead < 0x80) at += 1;
    else if (lead >= 0xc0 && lead < 0xe0) at += 2;
    else if (lead >= 0xe0 && lead < 0xf0) at += 3;
    else if (lead >= 0xf0 && lead < 0xf8) at += 4;
    else return NONE;
    if (at > end) return NONE;
  }
  return end;
}
