/** What is told of topics, as bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { pack, readTopicItem, unpack, writeTopicMembers, writeTopicMessage } from "../../src/index.ts";

/** A key of this name does not come through: the reader keeps it from becoming the object's prototype. */
const plain = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("items of topics", () => {
  it("[TP1] are read as they were written", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 30 });
    fc.assert(
      fc.property(text, text, fc.nat(), text, plain, (topic, epoch, offset, from, value) => {
        const item = { topic, epoch, offset, from, payload: pack(value) };
        const read = readTopicItem(writeTopicMessage(item));
        assert.deepEqual({ ...read, payload: undefined }, { ...item, payload: undefined });
        assert.deepEqual(unpack((read as typeof item).payload), JSON.parse(JSON.stringify(value)));
      }),
    );
    const members = { topic: "party/7", joined: ["a", "b"], left: ["c"] };
    assert.deepEqual(readTopicItem(writeTopicMembers(members)), members);
  });

  it("[TP1] that no server writes are refused", () => {
    assert.throws(() => readTopicItem(Uint8Array.of(9)), /kind 1 or 2 expected, 9 got/);
    assert.throws(() => readTopicItem(new Uint8Array()), RangeError);
    const whole = writeTopicMembers({ topic: "party/7", joined: ["a"], left: [] });
    for (let length = 0; length < whole.length; length++) assert.throws(() => readTopicItem(whole.subarray(0, length)));
  });
});
