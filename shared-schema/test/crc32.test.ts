import assert from "node:assert/strict";
import { crc32 as nodeCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32, crc32ByTable } from "../src/log/crc32.ts";

describe("crc32", () => {
  it("[LOG2] is the CRC-32 that zlib has, of every slice", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), fc.nat(70), (bytes, a, b) => {
        const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
        const expected = nodeCrc32(bytes.subarray(start, end));
        assert.deepEqual([crc32ByTable(bytes, start, end), crc32(bytes, start, end)], [expected, expected]);
      }),
    );
  });

  it("[LOG2] of the nine digits is 0xCBF43926, as for everyone; of nothing it is 0", () => {
    assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });
});
