/** Which frames pass: everything the SDKs write, and nothing that is broken or costly. */
import assert from "node:assert/strict";
import { Protocol, ProtocolModifier } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { Packr } from "msgpackr";
import { LIMITS, pack, unpack } from "@ninelives/shared-schema";
import { inputFields, type InputShape } from "../../src/adapter.ts";
import { frameFault } from "../../src/socket/guard.ts";
import { messagePackFault } from "../../src/socket/guard/message-pack.ts";

/** As the stock SDK makes it. */
const stock = new Packr();

const Pad = schema(
  {
    on: t.boolean().default(false),
    dx: t.int8().default(0),
    at: t.number().default(0),
    angle: t.quantized({ min: 0, max: 7, bits: 16, mode: "wrap" }),
    far: t.float64().default(0),
    word: t.string().default(""),
    big: t.bigint64().default(0n),
  },
  "Pad",
);
const SHAPE: InputShape = { fields: inputFields(Pad)!, stampsBoth: false };

function fault(...bytes: number[]): string | undefined {
  return frameFault(Uint8Array.from(bytes), true, () => SHAPE);
}

const DATA = Protocol.ROOM_DATA;
const INPUT = Protocol.ROOM_INPUT_RELIABLE;
const text = (word: string) => [0xa0 + word.length, ...Buffer.from(word)];

describe("a frame before Colyseus sees it", () => {
  const anything = fc.anything({
    withBigInt: false,
    withDate: true,
    withMap: true,
    withTypedArray: false,
    withNullPrototype: false,
    maxDepth: 6,
  });

  it("[SO3] whatever an SDK can pack passes, records and times among it; so does what our client packs", () => {
    fc.assert(
      fc.property(anything, (value) => {
        for (const packed of [stock.pack(value), pack(value)].map((bytes) => Uint8Array.from(bytes)))
          if (canBeRead(packed)) assert.equal(messagePackFault(packed), undefined, JSON.stringify([...packed]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("[SO3] what passes can be decoded", () => {
    let passed = 0;
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated(anything));
    fc.assert(
      fc.property(bytes, (packed) => {
        if (messagePackFault(packed) !== undefined) return;
        passed++;
        try {
          unpack(packed);
        } catch (error) {
          assert.match((error as Error).message, /^Unknown extension/);
        }
      }),
      { numRuns: 20_000 },
    );
    assert.ok(passed > 500, String(passed));
  });

  it("[SO3] large messages pass: long texts, bytes, many numbers, rows of equal objects", () => {
    const rows = Array.from({ length: 400 }, (_, id) => ({ id, name: `row ${id}`, x: id / 3, tags: ["a", "b"] }));
    const numbers = Array.from({ length: 5_000 }, (_, index) => index % 200);
    const named = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`player-${index}`, index]));
    const floats = Array.from({ length: 1_500 }, (_, index) => index / 7);
    for (const value of [
      "é".repeat(8_000),
      new Uint8Array(16_000),
      rows,
      numbers,
      named,
      floats,
      { rows: rows.slice(9) },
    ])
      for (const packed of [stock.pack(value), pack(value)])
        if (packed.length < LIMITS.frameBytes) assert.equal(messagePackFault(packed), undefined);
  });

  it("[SO3] types of messages are texts and numbers; the number of a request is one", () => {
    for (const type of [
      [0],
      [0x7f],
      [0xcc, 200],
      [0xcb, ...Array<number>(8).fill(1)],
      [0xff],
      text("move"),
      [0xd9, 1, 65],
    ]) {
      for (const opcode of [DATA, Protocol.ROOM_DATA_BYTES]) assert.equal(fault(opcode, ...type), undefined);
      assert.equal(fault(Protocol.ROOM_REQUEST, 5, ...type, 0xc0), undefined);
    }
    const broken = [
      [],
      [0xa0],
      [0x80],
      [0xc1],
      [0xcd, 1],
      text("move").slice(0, 3),
      [0xda, 255, 255, 65],
      [0xa1, 0xff],
    ];
    for (const type of broken) assert.match(fault(DATA, ...type)!, /^a message type expected/);
    for (const id of [[], [0xff], [0xca, 0, 0, 0, 0], [0xce, 1], [0xa1, 65]])
      assert.ok(fault(Protocol.ROOM_REQUEST, ...id) !== undefined);
    assert.equal(fault(Protocol.ROOM_DATA_BYTES, 9, 0xc1, 0xdd, 255), undefined, "bytes are the application's");
  });

  it("[SO3] lengths beyond the end, nesting without one, more than one value, and types of msgpackr's own are refused", () => {
    const deep = (levels: number) => [...Array<number>(levels).fill(0x91), 0xc0];
    assert.equal(fault(DATA, 1, ...deep(LIMITS.messageDepth)), undefined);
    const broken: Readonly<Record<string, number[]>> = {
      "nested deeper": deep(LIMITS.messageDepth + 1),
      "declares more": [0xdd, 0xff, 0xff, 0xff, 0xff],
      "ends too early": [0xdb, 0xff, 0xff, 0xff, 0xff, 65],
      "behind the end": [0xc0, 0xc0],
      "no token": [0xc1],
      "no text or number": [0x81, 0x90, 0xc0],
      "is none": [0xd7, 0xff, 0, 0, 0, 0, 0, 0, 0, 0].with(0, 0xd5).slice(0, 4),
      "not a client's": [0xd6, 0x69, 0, 0, 0, 1, 0x90],
    };
    for (const [what, payload] of Object.entries(broken))
      assert.match(fault(DATA, 1, ...payload) ?? "passes", RegExp(what));
    for (const type of [0x62, 0x65, 0x69, 0x70, 0x73, 0x74, 0x78])
      assert.match(fault(DATA, 1, 0xd4, type, 0, 0x90) ?? "passes", /not a client's/);
  });

  it("[SO3] what is short on the wire and large in memory is refused: any frame of 4 kB costs 64 kB at most, and is walked once", () => {
    const many = (unit: number[]) => {
      const count = Math.floor(4_080 / unit.length);
      return Uint8Array.from([0xdc, count >> 8, count & 255, ...Array<number[]>(count).fill(unit).flat()]);
    };
    for (const unit of [[0x80], [0x90], [0xc4, 0], [0xd4, 0xff, 0xff], [0x91, 0x90]])
      assert.match(messagePackFault(many(unit)) ?? "passes", /too costly/, String(unit));
    const shapes = Array.from({ length: 40 }, (_, index) => {
      const id = 0x40 + index;
      return [0xd4, 0x72, id, 0x91, 0xa1, 65 + index, 0xc0, ...[1, 2, 3].flatMap(() => [id, 0xc0])];
    });
    assert.match(messagePackFault(Uint8Array.from([0xdc, 0, 160, ...shapes.flat()])) ?? "passes", /repeats more/);
  });

  it("[SO3] a walk allocates nothing, whatever the frame", () => {
    const frames = [
      stock.pack(Array.from({ length: 300 }, (_, id) => ({ id, at: [id, id] }))),
      Buffer.alloc(4_096, 0x91),
    ];
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 2_000; round++) for (const frame of frames) messagePackFault(frame);
    assert.ok(process.memoryUsage().heapUsed - before < 4_000 * 200, "200 bytes a frame, for the words of a refusal");
  });

  it("[SO3] inputs as an SDK writes them pass, field by field; others are refused", () => {
    const pad = new Pad();
    const encoder = new InputEncoder(pad);
    const framed = (...stamp: number[]) => [INPUT | (stamp.length > 0 ? ProtocolModifier.TIMED : 0), ...stamp];
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double(),
        fc.string(),
        fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
        (n, x, s, b) => {
          Object.assign(pad, { on: n % 2 === 0, dx: n % 100, at: x, angle: Math.abs(n) % 7, far: x, word: s, big: b });
          const body = encoder.encode();
          assert.equal(fault(...framed(), ...body), undefined);
          assert.equal(fault(...framed(0xcd, 1, 2), ...body), undefined);
        },
      ),
    );
    assert.equal(fault(...framed()), undefined, "nothing has changed");
    assert.equal(fault(...framed(), 0x40 | 2), undefined, "a field is taken back");
    const broken: Readonly<Record<string, number[]>> = {
      "no field 30": [...framed(), 0x80 | 30, 1],
      "no field 63": [...framed(), 0xff, 0],
      "field 1 of an input twice": [...framed(), 0x81, 1, 0x81, 1],
      "field 2 of an input ends too early": [...framed(), 0x82, 0xcb, 1],
      "field 5 of an input ends too early": [...framed(), 0x85, 0xdb, 255, 255, 255, 255],
      "field 0 of an input ends too early": [...framed(), 0x80],
      "stamp expected": [INPUT | ProtocolModifier.TIMED, 0xcd, 1],
      "is unknown": [INPUT | ProtocolModifier.UNRELIABLE, 1],
    };
    for (const [what, frame] of Object.entries(broken)) assert.match(fault(...frame) ?? "passes", RegExp(what));
    const both = (...bytes: number[]) =>
      frameFault(Uint8Array.from(bytes), true, () => ({ ...SHAPE, stampsBoth: true }));
    assert.equal(both(...framed(5), 1, 2, 0x80, 1), undefined);
    assert.match(both(...framed(5), 1) ?? "passes", /stamp expected/);
  });
});

/** A map can be packed with keys that no server reads. */
function canBeRead(packed: Uint8Array): boolean {
  try {
    unpack(packed);
    return true;
  } catch {
    return false;
  }
}

/** Packed values with one byte changed, or an end cut off. */
function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(values, fc.nat(), fc.nat(255), fc.boolean()).map(([value, at, byte, isCut]) => {
    const packed = Uint8Array.from(stock.pack(value));
    const place = at % packed.length;
    if (isCut) return packed.slice(0, place);
    packed[place] = byte;
    return packed;
  });
}
