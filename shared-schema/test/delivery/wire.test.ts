/** The frames between client and server, byte by byte as wire.ts draws them, and whatever else may come in their place. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ItemKind,
  readClientFrame,
  readServerFrame,
  ServerFrame,
  type ServerItem,
  writeClientFrame,
} from "../../src/index.ts";
import { ByteReader } from "../../src/bytes/byte-reader.ts";
import { ByteWriter } from "../../src/bytes/byte-writer.ts";
import { varintBytes } from "../../src/bytes/varint.ts";

const NO_NULL = { noNullPrototype: true } as const;
const whole = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());
const fromOne = whole.map((value) => Math.max(1, value));
const body = fc.uint8Array({ maxLength: 300 });
const item: fc.Arbitrary<ServerItem> = fc.oneof(
  fc.record({ kind: fc.constant(ItemKind.WELCOME), body }, NO_NULL),
  fc.record({ kind: fc.constantFrom(ItemKind.RESULT, ItemKind.FAULT), id: whole, body }, NO_NULL),
  fc.record({ kind: fc.constantFrom(ItemKind.EVENT, ItemKind.TOPIC), seq: whole, body }, NO_NULL),
  fc.record({ kind: fc.constant(ItemKind.GAP), seq: whole, events: whole }, NO_NULL),
);
const plain = (items: readonly ServerItem[]) =>
  items.map((one) => ("body" in one ? { ...one, body: [...one.body] } : one));

describe("frames of a client", () => {
  it("[CMD5] are drawn so: opcode, channel, an acknowledgement, a command whose payload ends with the frame", () => {
    const ack = { eventSeq: 300, commandId: 2 };
    const command = { index: 4, id: 129, payload: Uint8Array.of(0xc0) };
    assert.deepEqual([...writeClientFrame(undefined, command)], [17, 9, 12, 129, 1, 0xc0]);
    assert.deepEqual([...writeClientFrame(ack, undefined)], [17, 9, 0, 172, 2, 2]);
    assert.deepEqual([...writeClientFrame(ack, command)], [17, 9, 0, 172, 2, 2, 12, 129, 1, 0xc0]);
  });

  it("[CMD5] both together are read as they were written, up to the largest numbers", () => {
    fc.assert(
      fc.property(whole, whole, fc.nat({ max: 247 }), fromOne, body, (eventSeq, commandId, index, id, payload) => {
        const frame = writeClientFrame({ eventSeq, commandId }, { index, id, payload });
        const read = readClientFrame(frame.subarray(2));
        assert.deepEqual(read.ack, { eventSeq, commandId });
        assert.deepEqual(
          { ...read.command, payload: [...read.command!.payload] },
          { index, id, payload: [...payload] },
        );
      }),
    );
  });

  it("[SO1] any bytes are a frame or a RangeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const { ack, command } = readClientFrame(bytes);
          assert.ok(ack !== undefined || command !== undefined);
          assert.ok(writeClientFrame(ack, command).length - 2 <= bytes.length);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("frames of a server", () => {
  it("[EV4] are drawn so: opcode, channel, item after item", () => {
    const frame = new ServerFrame();
    assert.ok(frame.isEmpty);
    frame.add({ kind: ItemKind.WELCOME, body: Uint8Array.of(7) });
    frame.add({ kind: ItemKind.RESULT, id: 1, body: Uint8Array.of() });
    frame.add({ kind: ItemKind.FAULT, id: 128, body: Uint8Array.of(8) });
    frame.add({ kind: ItemKind.EVENT, seq: 2, body: Uint8Array.of(9, 9) });
    frame.add({ kind: ItemKind.TOPIC, seq: 3, body: Uint8Array.of(5) });
    frame.add({ kind: ItemKind.GAP, seq: 4, events: 300 });
    assert.deepEqual(
      [...frame.take()],
      [17, 9, 0, 1, 7, 1, 1, 0, 2, 128, 1, 1, 8, 3, 2, 2, 9, 9, 4, 3, 1, 5, 5, 4, 172, 2],
    );
    assert.ok(frame.isEmpty);
    frame.add({ kind: ItemKind.GAP, seq: 1, events: 1 });
    assert.deepEqual([...frame.take()], [17, 9, 5, 1, 1], "and again from the beginning");
  });

  it("[EV4] any items are read as they were written", () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
        const frame = new ServerFrame();
        for (const one of items) frame.add(one);
        assert.deepEqual(plain(readServerFrame(frame.take().subarray(2))), plain(items));
      }),
    );
  });

  it("any bytes are items or a RangeError, and a frame cut anywhere but between items is one", () => {
    const isRangeError = (error: unknown) => error instanceof RangeError;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readServerFrame(bytes);
        } catch (error) {
          assert.ok(isRangeError(error), String(error));
        }
      }),
      { numRuns: 1_000 },
    );
    const frame = new ServerFrame();
    frame.add({ kind: ItemKind.EVENT, seq: 300, body: Uint8Array.of(1, 2, 3) });
    const items = frame.take().subarray(2);
    for (let length = 1; length < items.length; length++)
      assert.throws(() => readServerFrame(items.subarray(0, length)), isRangeError);
    assert.throws(() => readServerFrame(Uint8Array.of(7, 1)), /an item kind from 0 to 6 expected, 7 got/);
  });
});

describe("whole numbers on the wire", () => {
  it("take 1 to 8 bytes, and come back as they were", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new ByteWriter().varint(value).take();
        assert.equal(bytes.length, varintBytes(value));
        assert.equal(new ByteReader(bytes).varint(), value);
      }),
    );
    const sizes = [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, Number.MAX_SAFE_INTEGER].map(varintBytes);
    assert.deepEqual(sizes, [1, 1, 2, 2, 3, 3, 4, 8]);
  });

  it("one beyond 2^53, or one that never ends, is refused; so is writing one", () => {
    for (const bytes of [[255, 255, 255, 255, 255, 255, 255, 127], Array(20).fill(255), [128], []])
      assert.throws(() => new ByteReader(Uint8Array.from(bytes as number[])).varint(), RangeError);
    for (const value of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => new ByteWriter().varint(value), RangeError);
  });

  it("a length that claims more than is there is a RangeError, and costs no memory", () => {
    const claim = new ByteWriter().varint(Number.MAX_SAFE_INTEGER).byte(1).take();
    assert.throws(() => new ByteReader(claim).sized(), /bytes expected, 1 left/);
  });
});
