/**
 * CRC-32 (IEEE 802.3, reflected, polynomial 0xEDB88320), four table lookups per word ("slicing by 4").
 * Browsers read logs too and have none of their own; Node's is taken where it is, for it costs less.
 */
const TABLES: readonly Uint32Array[] = makeTables();

export function crc32(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return native === undefined ? crc32ByTable(bytes, start, end) : native(bytes.subarray(start, end));
}

export function crc32ByTable(bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = 0xffffffff;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = t3[crc & 255]! ^ t2[(crc >>> 8) & 255]! ^ t1[(crc >>> 16) & 255]! ^ t0[crc >>> 24]!;
  }
  for (; at < end; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

interface Platform {
  readonly process?: { getBuiltinModule?(name: "zlib"): { crc32?(this: void, bytes: Uint8Array): number } };
}

const native = (globalThis as Platform).process?.getBuiltinModule?.("zlib").crc32;

function makeTables(): Uint32Array[] {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[0]![byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let level = 1; level < 4; level++) {
      const previous = tables[level - 1]![byte]!;
      tables[level]![byte] = (previous >>> 8) ^ tables[0]![previous & 255]!;
    }
  }
  return tables;
}
