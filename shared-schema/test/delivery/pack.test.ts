/** What payloads take on the wire, and that they come back as they were. */
import assert from "node:assert/strict";
import { pack, unpack } from "../../src/index.ts";

describe("pack", () => {
  it("takes one byte for an object besides its fields, and reads the longer form too", () => {
    assert.deepEqual([...pack({})], [0x80]);
    assert.deepEqual([...pack({ by: 1 })], [0x81, 0xa2, 0x62, 0x79, 1]);
    assert.deepEqual(unpack(Uint8Array.of(0xde, 0, 1, 0xa2, 0x62, 0x79, 1)), { by: 1 });
  });

  it("gives back what it was given, objects of many fields too", () => {
    const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`field${index}`, index]));
    for (const value of [{}, { a: { b: [1, "two", null, true] } }, [], "text", 0.5, many]) {
      assert.deepEqual(unpack(pack(value)), value);
    }
  });
});
