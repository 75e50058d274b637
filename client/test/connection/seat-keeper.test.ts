/** What a page keeps of its seat over a reload: whole or not at all, whatever was done to it. */
import assert from "node:assert/strict";
import { memorySeatStorage, sessionSeatStorage } from "@ninelives/client";
import { LIMITS } from "@ninelives/shared-schema";
import fc from "fast-check";
import { type KeptSeat, readSeat, writeSeat } from "../../src/connection/seat-keeper.ts";

const SEAT: KeptSeat = {
  version: 1,
  typeName: "arena",
  roomId: "room1",
  sessionId: "session1",
  processId: "process1",
  address: "game.example:2567",
  doors: ["10.0.0.1:2567", "[::1]:2568"],
  token: "t0ken",
  epoch: 1_700_000_000_000,
  eventSeq: 12,
  events: 10,
  pending: [
    { id: 3, name: "add", payload: "gaJieQE=" },
    { id: 4, name: "say", payload: "wA==" },
  ],
};

/** What is read where this text was kept; what was no seat is cleared. */
function readText(text: string): KeptSeat | undefined {
  const storage = memorySeatStorage();
  storage.save(text);
  const seat = readSeat(storage);
  assert.equal(storage.load(), seat === undefined ? undefined : text);
  return seat;
}

function readDamaged(field: string, value: unknown): KeptSeat | undefined {
  return readText(JSON.stringify({ ...SEAT, [field]: value }));
}

describe("seat keeper", () => {
  it("[CL6] a seat is read as it was written, with and without an address", () => {
    const { address, doors, ...near } = SEAT;
    assert.deepEqual([typeof address, doors?.length], ["string", 2]);
    for (const seat of [
      SEAT,
      near as KeptSeat,
      { ...SEAT, doors: [] },
      { ...SEAT, pending: [] },
      { ...SEAT, epoch: 0, eventSeq: 0 },
    ]) {
      const storage = memorySeatStorage();
      writeSeat(storage, seat);
      assert.deepEqual(readSeat(storage), seat);
      assert.deepEqual(readSeat(storage), seat, "reading does not use it up");
    }
  });

  it("[CL6] nothing kept reads as no seat", () => {
    assert.equal(readSeat(memorySeatStorage()), undefined);
  });

  it("[CL6] a field that is not known is left behind", () => {
    assert.deepEqual(readDamaged("isAdmin", true), SEAT);
    assert.deepEqual(readDamaged("pending", [{ ...SEAT.pending[0], extra: 1 }])?.pending, [SEAT.pending[0]]);
  });

  for (const field of ["typeName", "roomId", "sessionId", "processId", "token"]) {
    it(`[CL6] a damaged ${field} reads as no seat`, () => {
      for (const value of ["", 1, null, undefined, {}, ["x"], true]) assert.equal(readDamaged(field, value), undefined);
    });
  }

  for (const field of ["epoch", "eventSeq", "events"]) {
    it(`[CL6] a damaged ${field} reads as no seat`, () => {
      for (const value of [-1, 0.5, "1", null, undefined, 2 ** 53, [1]])
        assert.equal(readDamaged(field, value), undefined);
      assert.equal(readText(JSON.stringify(SEAT).replace(`"${field}":`, `"${field}":1e999,"x":`)), undefined);
    });
  }

  it("[CL6] another version reads as no seat", () => {
    for (const value of [0, 2, "1", null, undefined]) assert.equal(readDamaged("version", value), undefined);
  });

  it("[CL6] an address that is none reads as no seat: nobody is sent elsewhere by it", () => {
    const wrong = [
      "",
      "game.example",
      "game.example:0",
      "game.example:65536",
      "game.example:x",
      "ws://game.example:1",
      "a/b:1",
      "user@game.example:1",
      "game.example:1/path",
      "game.example:1?x",
      "game.example:1\n",
      " a:1",
      1,
      null,
    ];
    for (const value of wrong) assert.equal(readDamaged("address", value), undefined, JSON.stringify(value));
    for (const value of ["localhost:1", "10.0.0.1:65535", "[::1]:2567", "a-b.c_d:80"])
      assert.equal(readDamaged("address", value)?.address, value);
  });

  it("[CL6][MOV5] one door that is none spoils the seat, and so does one too many", () => {
    const wrong = ["", "game.example", ":2567", "ws://game.example:1", "a:1/path", 7, null, ["a:1"]];
    for (const value of wrong) assert.equal(readDamaged("doors", ["a:1", value]), undefined, JSON.stringify(value));
    for (const value of ["a:1", {}, null, 7])
      assert.equal(readDamaged("doors", value), undefined, JSON.stringify(value));
    const many = Array.from({ length: LIMITS.doors + 1 }, (_, index) => `host${index}:1`);
    assert.equal(readDamaged("doors", many), undefined);
    assert.deepEqual(readDamaged("doors", many.slice(1))?.doors, many.slice(1));
  });

  it("[CL6] one damaged command spoils the seat: the others would get wrong numbers", () => {
    const [good] = SEAT.pending;
    const wrong: unknown[] = [
      null,
      7,
      {},
      { ...good, id: 0 },
      { ...good, id: -1 },
      { ...good, id: 1.5 },
      { ...good, id: "3" },
      { ...good, name: "" },
      { ...good, name: 1 },
      { ...good, payload: "" },
      { ...good, payload: "wcHB" },
      { ...good, payload: "gaJi" },
      { ...good, payload: "abc" },
      { ...good, payload: "ab=c" },
      { ...good, payload: "a===" },
      { ...good, payload: "üüüü" },
      { ...good, payload: null },
      { id: 3, name: "add" },
    ];
    for (const command of wrong) {
      assert.equal(readDamaged("pending", [command]), undefined, JSON.stringify(command));
      assert.equal(readDamaged("pending", [{ ...good, id: 9 }, command]), undefined);
    }
    assert.equal(readDamaged("pending", [good, good]), undefined, "one id twice");
    assert.equal(readDamaged("pending", [{ ...good, id: 4 }, good]), undefined, "ids that fall");
    for (const value of [null, undefined, {}, "[]", 1]) assert.equal(readDamaged("pending", value), undefined);
  });

  it("[CL6] any text and any JSON is a seat or none, and never a throw", () => {
    const anyField = fc.constantFrom(...Object.keys(SEAT));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.equal(readText(text), undefined);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(anyField, fc.jsonValue(), (field, value) => {
        const seat = readDamaged(field, value);
        if (seat !== undefined) assert.deepEqual({ ...seat }, { ...SEAT, [field]: value });
      }),
      { numRuns: 300 },
    );
  });

  it("[CL6] a text cut anywhere reads as no seat", () => {
    const text = JSON.stringify(SEAT);
    for (let length = 0; length < text.length; length++) assert.equal(readText(text.slice(0, length)), undefined);
  });

  it("[CL6] a seat over the cap is not kept, and neither is the one before", () => {
    const storage = memorySeatStorage();
    writeSeat(storage, SEAT);
    const payload = "A".repeat(LIMITS.keptSeatChars);
    writeSeat(storage, { ...SEAT, pending: [{ id: 1, name: "add", payload }] });
    assert.equal(storage.load(), undefined);
    assert.equal(readText(JSON.stringify({ ...SEAT, pending: [{ id: 1, name: "add", payload }] })), undefined);
  });
});

describe("the tab's storage", () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "sessionStorage");
  const put = (value: unknown) =>
    Object.defineProperty(globalThis, "sessionStorage", { value, configurable: true, writable: true });
  afterEach(() => {
    if (had === undefined) Reflect.deleteProperty(globalThis, "sessionStorage");
    else Object.defineProperty(globalThis, "sessionStorage", had);
  });

  it("[CL6] where there is none, nothing is kept and nothing throws", () => {
    put(undefined);
    const storage = sessionSeatStorage("seat");
    writeSeat(storage, SEAT);
    assert.equal(readSeat(storage), undefined);
    storage.clear();
  });

  it("[CL6] one that is full keeps nothing, also not the seat of before: its numbers have run", () => {
    const items = new Map<string, string>();
    let isFull = false;
    put({
      getItem: (key: string) => items.get(key) ?? null,
      removeItem: (key: string) => items.delete(key),
      setItem(key: string, text: string) {
        if (isFull) throw new Error("QuotaExceededError");
        items.set(key, text);
      },
    });
    const storage = sessionSeatStorage("seat");
    writeSeat(storage, SEAT);
    assert.deepEqual([[...items.keys()], readSeat(storage)], [["seat"], SEAT]);
    isFull = true;
    writeSeat(storage, { ...SEAT, eventSeq: 13 });
    assert.equal(items.size, 0);
    assert.equal(readSeat(storage), undefined);
  });
});
