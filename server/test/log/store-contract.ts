/** What every store of logs must do. Run it for each: `storeContract("file", async () => …)`. */
import assert from "node:assert/strict";
import { encodeRecord, LIMITS, readRecords, RecordKind, SectionTag } from "@ninelives/shared-schema";
import type { LogAppender, LogStore } from "../../src/log/store.ts";

/** A record of that tick, with so many bytes of state. */
export function record(tick: number, { kind = RecordKind.ENTRY as RecordKind, epoch = 1, bytes = 4 } = {}): Uint8Array {
  return encodeRecord({
    kind,
    epoch,
    tick,
    elapsedMs: tick,
    sections: new Map([[SectionTag.SHARED, new Uint8Array(bytes).fill(tick)]]),
  });
}

/** What begins a segment: a header and a snapshot. */
export function beginning(tick: number, options: { epoch?: number; bytes?: number } = {}): Uint8Array {
  const header = record(tick, { ...options, kind: RecordKind.HEADER, bytes: 2 });
  return Buffer.concat([header, record(tick, { ...options, kind: RecordKind.SNAPSHOT })]);
}

export function ticksOf(segments: readonly Uint8Array[]): number[] {
  return segments.flatMap((segment) => {
    const { records, damage } = readRecords(segment);
    assert.equal(damage, undefined);
    return records.filter(({ kind }) => kind !== RecordKind.HEADER).map(({ tick }) => tick);
  });
}

export const committed = (write: (onCommitted: () => void) => void) => new Promise<void>((resolve) => write(resolve));
export const begin = (log: LogAppender, tick: number, options: { epoch?: number; bytes?: number } = {}) =>
  committed((done) => log.begin(beginning(tick, { epoch: log.epoch, ...options }), done));
export const append = (log: LogAppender, bytes: Uint8Array) => committed((done) => log.append(bytes, done));

/** Claims a room; by default as a process "p" that knows who had it before. */
export async function take(
  store: LogStore,
  roomId: string,
  claim: { owner?: string; from?: number | undefined; onFenced?: () => void } = {},
): Promise<LogAppender> {
  const from = "from" in claim ? claim.from : (await store.ownerOf(roomId))?.epoch;
  const onFenced = claim.onFenced ?? (() => assert.fail(`"${roomId}" was fenced`));
  return store.claim(roomId, { owner: claim.owner ?? "p", from, onFenced });
}

export interface StoreTraits {
  /** Closed segments the store keeps behind the current one. */
  readonly segmentsKept: number;
}

export function storeContract(name: string, traits: StoreTraits, open: () => Promise<LogStore>): void {
  describe(`the store "${name}"`, () => {
    let store: LogStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it("[LOG6] gives records back in order, once, and says in order when each is committed", async () => {
      const log = await take(store, "room");
      const order: number[] = [];
      log.begin(beginning(0), () => order.push(0));
      for (let tick = 1; tick < 200; tick++) log.append(record(tick), () => order.push(tick));
      assert.deepEqual(order, [], "nothing is committed before the call returns");
      await append(log, record(200));
      const expected = Array.from({ length: 200 }, (_, tick) => tick);
      assert.deepEqual(order, expected);
      assert.deepEqual(ticksOf(await store.read("room")), [...expected, 200]);
      await log.close("released");
    });

    it("[LOG6] what was committed is there while the room still plays, and what was not yet is on close", async () => {
      const log = await take(store, "room");
      await begin(log, 0);
      assert.deepEqual(ticksOf(await store.read("room")), [0]);
      let done = false;
      log.append(record(1), () => (done = true));
      await log.close("released");
      assert.equal(done, true);
      assert.deepEqual(ticksOf(await store.read("room")), [0, 1]);
    });

    it("[LOG6] an unknown room has nothing to read, and opening it writes nothing", async () => {
      assert.deepEqual(await store.read("nobody"), []);
      const log = await take(store, "room");
      assert.equal(log.attempts, 0);
      await log.close("released");
      assert.deepEqual(await store.list(), []);
    });

    it("[LOG9] a new owner's epoch is above every earlier one and at least the wall clock", async () => {
      const beforeMs = Date.now();
      const first = await take(store, "room");
      assert.ok(first.epoch >= beforeMs);
      await begin(first, 0, { epoch: first.epoch });
      await first.close("released");
      const second = await take(store, "room");
      assert.ok(second.epoch > first.epoch);
      await begin(second, 2, { epoch: second.epoch });
      await second.close("finished");
      assert.ok((await take(store, "room")).epoch > second.epoch, "a finished room's epochs count too");
    });

    it("[LOG5] after begin a reader needs nothing older: the last segment starts with header and snapshot", async () => {
      const log = await take(store, "room");
      await begin(log, 0);
      await append(log, record(1));
      await begin(log, 2);
      await append(log, record(3));
      const last = (await store.read("room")).at(-1)!;
      assert.deepEqual(
        readRecords(last).records.map(({ kind, tick }) => [kind, tick]),
        [
          [RecordKind.HEADER, 2],
          [RecordKind.SNAPSHOT, 2],
          [RecordKind.ENTRY, 3],
        ],
      );
      await log.close("released");
    });

    it(`[LOG7] keeps ${traits.segmentsKept} closed segments of a room that plays`, async () => {
      const log = await take(store, "room");
      for (let segment = 0; segment < 6; segment++) {
        await begin(log, segment * 10);
        await append(log, record(segment * 10 + 1));
      }
      const kept = [0, 10, 20, 30, 40, 50].slice(-1 - traits.segmentsKept);
      assert.deepEqual(
        ticksOf(await store.read("room")),
        kept.flatMap((tick) => [tick, tick + 1]),
      );
      await log.close("released");
    });

    it("[LOG6] two rooms at once do not mix", async () => {
      const [a, b] = await Promise.all([take(store, "a"), take(store, "b")]);
      await Promise.all([begin(a, 0), begin(b, 100)]);
      await Promise.all([1, 2, 3].flatMap((tick) => [append(a, record(tick)), append(b, record(100 + tick))]));
      assert.deepEqual(ticksOf(await store.read("a")), [0, 1, 2, 3]);
      assert.deepEqual(ticksOf(await store.read("b")), [100, 101, 102, 103]);
      await Promise.all([a.close("released"), b.close("released")]);
    });

    for (const roomId of [
      "../x",
      "..",
      ".",
      "a/b\\c",
      "ünï 日本",
      "🐈‍⬛",
      "",
      "a.next",
      "x.1",
      "%0041",
      "A",
      "con",
      "\u0000",
      "r".repeat(80),
    ]) {
      it(`[LOG6] a room may be called ${JSON.stringify(roomId).slice(0, 20)}`, async () => {
        const log = await take(store, roomId);
        await begin(log, 1);
        await begin(log, 2);
        assert.deepEqual(await store.list(), [roomId]);
        assert.equal(ticksOf(await store.read(roomId)).at(-1), 2);
        await log.close("finished");
        assert.deepEqual(await store.list(), [roomId]);
        assert.equal(ticksOf(await store.read(roomId)).at(-1), 2);
      });
    }

    it("[LOG7] the log of a finished room stays readable, and a new room of that name begins anew", async () => {
      const log = await take(store, "room");
      await begin(log, 0, { epoch: 3 });
      await append(log, record(1, { epoch: 3, kind: RecordKind.END }));
      await log.close("finished");
      assert.deepEqual(ticksOf(await store.read("room")), [0, 1]);
      const again = await take(store, "room");
      assert.equal(again.attempts, 0);
      await begin(again, 50, { epoch: 4 });
      await append(again, record(51, { epoch: 4 }));
      const last = readRecords((await store.read("room")).at(-1)!).records;
      assert.deepEqual(
        last.map(({ tick }) => tick),
        [50, 50, 51],
        "the newest records are the last to be read",
      );
      await again.close("released");
    });

    it(`[LOG7] keeps the last ${LIMITS.finishedLogs} finished rooms; the oldest go first, and none that plays again`, async function () {
      this.timeout(30_000);
      const first = await take(store, "again");
      await begin(first, 0);
      await first.close("finished");
      const second = await take(store, "again");
      await begin(second, 1);
      for (let room = 0; room < LIMITS.finishedLogs + 3; room++) {
        const log = await take(store, `room${room}`);
        await begin(log, room);
        await log.close("finished");
      }
      const left = (await store.list()).filter((room) => room !== "again");
      assert.equal(left.length, LIMITS.finishedLogs);
      assert.deepEqual(
        ["room0", "room1", "room2", "room3"].filter((room) => left.includes(room)),
        ["room3"],
      );
      assert.equal(ticksOf(await store.read("again")).at(-1), 1);
      await second.close("released");
    });
  });
}
