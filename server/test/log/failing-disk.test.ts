/** A disk that is really full, to the last byte, or can only be read. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS, readRecords, RecordKind } from "@ninelives/shared-schema";
import { FileStore } from "../../src/log/file-store.ts";
import type { LogAppender } from "../../src/log/store.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { SmallDisk } from "../../../test/support/small-disk.ts";
import { until } from "../../../test/support/until.ts";
import { append, begin, beginning, record, take, ticksOf } from "./store-contract.ts";

const RETRY_MS = 1_000;

describe("a disk that refuses writes", () => {
  let disk: SmallDisk;
  let clock: ManualClock;
  let faults: string[];
  let store: FileStore;
  let log: LogAppender;
  const committed: number[] = [];
  const send = (tick: number, bytes = 4) => log.append(record(tick, { bytes }), () => committed.push(tick));

  beforeEach(async () => {
    disk = new SmallDisk("64k");
    clock = new ManualClock();
    faults = [];
    committed.length = 0;
    store = new FileStore({ dir: disk.dir, clock, onFault: (message) => faults.push(message) });
    log = await take(store, "room");
    await begin(log, 0);
  });

  afterEach(async () => {
    disk.makeRoom();
    const closed = log.close("released");
    clock.advance(RETRY_MS);
    await closed;
    disk.remove();
  });

  /** The store has seen the failure and waits for its next try. */
  const refused = (times = 1) => until("the failed write", () => faults.length === times && clock.waiting === 1);

  it("[LOG8] what waited is written, in order, once there is room again; until then the file stays whole", async () => {
    disk.fill();
    send(1, 8_000);
    await refused();
    assert.match(faults[0]!, /write failed, 1 records wait/);
    send(2);
    send(3);
    assert.deepEqual(ticksOf(await store.read("room")), [0], "no half record is left in the file");
    clock.advance(RETRY_MS);
    await refused(2);
    assert.equal(committed.length, 0);
    disk.makeRoom();
    clock.advance(RETRY_MS);
    await append(log, record(4));
    assert.deepEqual(committed, [1, 2, 3]);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4]);
  });

  it("[LOG8] [LOG5] a segment that cannot be begun leaves the old one readable, and is begun later", async () => {
    send(1);
    disk.fill();
    log.begin(beginning(2, { bytes: 8_000 }), () => committed.push(2));
    send(3, 8_000);
    await refused();
    assert.deepEqual(
      readRecords((await store.read("room"))[0]!).records.map(({ tick }) => tick),
      [0, 0, 1],
    );
    disk.makeRoom();
    clock.advance(RETRY_MS);
    await append(log, record(4));
    assert.deepEqual(committed, [1, 2, 3]);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3, 4]);
  });

  it("[LOG8] when too much waits it is given up, and the next snapshot's commit stands for all of it", async () => {
    disk.fill();
    send(1, 8_000);
    await refused();
    assert.equal(log.needsBegin, false);
    send(2, LIMITS.appendQueueBytes / 2);
    send(3, LIMITS.appendQueueBytes / 2);
    assert.equal(log.needsBegin, true);
    assert.match(faults.at(-1)!, /bytes wait for the disk, a fresh snapshot will replace them/);
    send(4);
    disk.makeRoom();
    clock.advance(RETRY_MS);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(committed.length, 0, "nothing of it is committed before there is a snapshot");
    log.begin(beginning(5), () => committed.push(5));
    assert.equal(log.needsBegin, false);
    await append(log, record(6, { kind: RecordKind.END }));
    assert.deepEqual(committed, [1, 2, 3, 4, 5]);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 5, 6]);
  });

  it("[LOG8] a host that stops does not hang on a disk that stays full", async () => {
    disk.fill();
    send(1, 8_000);
    await refused();
    const closed = log.close("released");
    clock.advance(RETRY_MS);
    await closed;
    assert.equal(faults.length, 2);
    assert.deepEqual(ticksOf(await store.read("room")), [0]);
  });

  it("[OWN16] on a full disk a room can still be taken over, and plays on once there is room", async () => {
    await append(log, record(1));
    disk.fill();
    await log.close("released");
    const again = await take(store, "room");
    assert.match(faults[0]!, /the claim is not counted/);
    assert.equal(again.attempts, 1);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1]);
    again.begin(beginning(2, { bytes: 8_000 }), () => committed.push(2));
    await refused(2);
    disk.makeRoom();
    clock.advance(RETRY_MS);
    await append(again, record(3));
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1, 2, 3]);
    await again.close("released");
  });

  it("[OWN16] on a disk that can only be read nobody takes a room; what is there can be read, and taken later", async () => {
    await log.close("released");
    disk.allowWrites(false);
    for (const roomId of ["room", "new"]) await assert.rejects(take(store, roomId), /EROFS/);
    assert.deepEqual(ticksOf(await store.read("room")), [0]);
    assert.equal((await store.unfinished()).length, 1);
    disk.allowWrites(true);
    const again = await take(store, "room");
    await begin(again, 1);
    assert.deepEqual(ticksOf(await store.read("room")), [0, 1]);
    await again.close("released");
  });

  it("[LOG8] a folder that cannot be made is said when the room opens its log", async () => {
    writeFileSync(join(disk.dir, "file"), "");
    const nowhere = new FileStore({ dir: join(disk.dir, "file"), clock, onFault: (message) => faults.push(message) });
    await assert.rejects(take(nowhere, "room"), /ENOTDIR/);
  });
});
