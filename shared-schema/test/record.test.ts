import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32 } from "../src/log/crc32.ts";
import { encodeRecord, LIMITS, type LogRecord, readRecords, RecordKind, SectionTag } from "../src/index.ts";

const numberArb = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER),
);

const recordArb: fc.Arbitrary<LogRecord> = fc.record({
  kind: fc.constantFrom(...Object.values(RecordKind)),
  epoch: numberArb,
  tick: numberArb,
  elapsedMs: fc.double(),
  sections: fc
    .dictionary(
      fc.constantFrom(...Object.values(SectionTag).map(String)),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
    )
    .map((sections) => new Map(Object.entries(sections).map(([tag, bytes]) => [Number(tag) as SectionTag, bytes]))),
});

const FILE = [
  encodeRecord({
    kind: RecordKind.HEADER,
    epoch: 3,
    tick: 0,
    elapsedMs: 0,
    sections: new Map([[SectionTag.META, new TextEncoder().encode("{}")]]),
  }),
  encodeRecord({
    kind: RecordKind.SNAPSHOT,
    epoch: 3,
    tick: 300,
    elapsedMs: 10_000.5,
    sections: new Map([
      [SectionTag.SHARED, Uint8Array.of(1, 2, 3)],
      [SectionTag.MEMORY, Uint8Array.of(255, 0)],
    ]),
  }),
  encodeRecord({ kind: RecordKind.ENTRY, epoch: 3, tick: 301, elapsedMs: 10_050, sections: new Map() }),
  encodeRecord({
    kind: RecordKind.END,
    epoch: 2 ** 45,
    tick: 302,
    elapsedMs: -0,
    sections: new Map([[SectionTag.HIDDEN, new Uint8Array(200)]]),
  }),
];
const BYTES = Buffer.concat(FILE);
const WHOLE = readRecords(BYTES).records;
const READ = WHOLE.map(comparable);

/** Where each record starts, and the end. */
const STARTS = FILE.reduce<number[]>((starts, bytes) => [...starts, starts.at(-1)! + bytes.length], [0]);

/** A record's bytes with another byte in it, its crc made right again. */
function forged(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = value;
  new DataView(copy.buffer).setUint32(4, crc32(copy, 8), true);
  return copy;
}

describe("log records", () => {
  it("[LOG1] come back as they were written, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(recordArb, { maxLength: 6 }), (records) => {
        const read = readRecords(Buffer.concat(records.map(encodeRecord)));
        assert.equal(read.damage, undefined);
        assert.deepEqual(read.records.map(comparable), records.map(comparable));
      }),
    );
  });

  it("[LOG2] a flipped bit anywhere is found, named with its byte, and leaves everything before it", () => {
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const flipped = Uint8Array.from(BYTES);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const { records, damage } = readRecords(flipped);
      const intact = STARTS.findLastIndex((start) => start <= bit >> 3);
      assert.deepEqual(records.map(comparable), READ.slice(0, intact), `bit ${bit}`);
      assert.ok(damage !== undefined, `bit ${bit}`);
      assert.equal(damage.at, STARTS[intact], `bit ${bit}`);
      assert.ok(
        damage.message.startsWith(`${damage.code} at byte ${STARTS[intact]} of ${BYTES.length}: `),
        damage.message,
      );
    }
  });

  it("[LOG2] damage is said with what was expected and what was found", () => {
    const flipped = Uint8Array.from(BYTES);
    flipped[STARTS[1]! + 12]! ^= 1;
    assert.match(
      readRecords(flipped).damage!.message,
      /^LOG_CORRUPT at byte \d+ of \d+: crc 0x[0-9a-f]{8} expected, 0x[0-9a-f]{8} found$/,
    );
    flipped.set([9, 0, 0, 0], STARTS[1]);
    assert.match(
      readRecords(flipped).damage!.message,
      new RegExp(`: a record length of 10 to ${LIMITS.recordBytes} expected, 9 found$`),
    );
    flipped.set([255, 255, 255, 255], STARTS[1]);
    assert.match(readRecords(flipped).damage!.message, /expected, 4294967295 found$/);
  });

  it("[LOG2] a record whose crc fits but whose body cannot be is refused", () => {
    const entry = FILE[2]!;
    const reason = (bytes: Uint8Array) => {
      const { records, damage } = readRecords(bytes);
      assert.deepEqual([records.length, damage?.code], [0, "LOG_CORRUPT"]);
      return damage!.message.split(": ")[1];
    };
    assert.equal(reason(forged(entry, 9, 0)), "kind 1 to 4 expected, 0 found");
    assert.equal(reason(forged(entry, 9, 5)), "kind 1 to 4 expected, 5 found");
    assert.equal(reason(forged(entry, 10, 255)), "the record ends inside epoch, tick or elapsed time");
    const tagAt = FILE[0]!.length - 4;
    assert.equal(reason(forged(FILE[0]!, tagAt, 9)), "section tag 1 to 5 expected, 9 found");
    assert.equal(reason(forged(FILE[0]!, tagAt + 1, 3)), "section 1 reaches beyond its record");
  });

  it("[LOG3] a record of a newer format version is refused by name; those before it are read", () => {
    const { records, damage } = readRecords(Buffer.concat([FILE[0]!, forged(FILE[1]!, 8, 2), FILE[2]!]));
    assert.equal(records.length, 1);
    assert.deepEqual([damage?.code, damage?.at], ["LOG_TOO_NEW", STARTS[1]]);
    assert.match(damage!.message, /format version 2, this build reads up to 1$/);
  });

  it("[LOG4] a file cut at any byte gives every whole record, and the tail is named torn", () => {
    for (let length = 0; length <= BYTES.length; length++) {
      const { records, readBytes, damage } = readRecords(BYTES.subarray(0, length));
      const whole = STARTS.findLastIndex((start) => start <= length);
      assert.deepEqual(records.map(comparable), READ.slice(0, whole), `cut at ${length}`);
      assert.equal(readBytes, STARTS[whole]);
      if (length === STARTS[whole]) assert.equal(damage, undefined);
      else assert.deepEqual([damage?.code, damage?.at], ["LOG_TORN", STARTS[whole]]);
    }
  });

  it("[LOG4] any bytes at all are read without a throw, and never beyond what they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (noise, kept) => {
        const { records, readBytes, damage } = readRecords(Buffer.concat([...FILE.slice(0, kept), noise]));
        assert.equal(records.length, kept);
        assert.equal(readBytes, STARTS[kept]);
        assert.equal(damage === undefined, noise.length === 0);
      }),
    );
  });

  it("[LOG1] numbers that are no unsigned safe integers are refused when written", () => {
    for (const tick of [-1, 0.5, 2 ** 53, Number.NaN, Infinity]) {
      assert.throws(() => encodeRecord({ ...WHOLE[0]!, tick }), {
        name: "RangeError",
        message: `an unsigned safe integer expected, ${tick} got`,
      });
    }
  });

  it("[LOG1] a view into a larger buffer is read in its own bounds", () => {
    const around = Buffer.concat([Buffer.alloc(13, 7), BYTES, Buffer.alloc(5, 7)]);
    const { records, damage } = readRecords(around.subarray(13, 13 + BYTES.length));
    assert.equal(damage, undefined);
    assert.deepEqual(records.map(comparable), WHOLE.map(comparable));
  });
});

/** Sections as plain arrays in rising order: the same content may stand in another kind of byte array. */
function comparable(record: LogRecord): unknown {
  const sections = [...record.sections].sort(([a], [b]) => a - b).map(([tag, bytes]) => [tag, [...bytes]]);
  return { ...record, sections };
}
